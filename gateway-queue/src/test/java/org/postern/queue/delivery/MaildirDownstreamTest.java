package org.postern.queue.delivery;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.BEN;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.request;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.ReversePath;
import org.postern.queue.delivery.RecipientOutcome.Deferred;

/** The local Maildir. */
class MaildirDownstreamTest {
    @TempDir Path directory;

    private Downstream maildir() {
        return Downstreams.create(
                new DownstreamConfig(
                        "local", new Target.Maildir(directory.resolve("m")), Tls.NONE, 8, PATIENT),
                ENVIRONMENT);
    }

    private List<Path> files(String sub) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("m").resolve(sub))) {
            return files.toList();
        }
    }

    @Test
    void oneMessageIsOneFileWithTheHeadersOfTheFinalStore() throws Exception {
        try (Downstream maildir = maildir()) {
            DeliveryReport report =
                    maildir.deliver(request("Subject: a\r\n\r\n.dot\r\nend\r\n", ANN, BEN));
            assertThat(report.allDelivered()).isTrue();
            assertThat(report.outcomes()).containsOnlyKeys(ANN, BEN);
        }
        assertThat(files("tmp")).isEmpty();
        assertThat(files("cur")).isEmpty();
        assertThat(files("new")).hasSize(1);
        Path file = files("new").getFirst();
        assertThat(Files.readString(file))
                .isEqualTo(
                        """
                        Return-Path: <sender@example.org>
                        Delivered-To: ann@example.net
                        Delivered-To: ben@example.net
                        Subject: a

                        .dot
                        end
                        """);
        assertThat(file.getFileName().toString())
                .matches("[0-9]+\\.M[0-9]+P[0-9]+Q[0-9]+\\.mx\\.example\\.net");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aNoticeHasTheNullReturnPath() throws Exception {
        try (Downstream maildir = maildir()) {
            maildir.deliver(
                    request(
                            Envelope.of(ReversePath.Null.INSTANCE, List.of(ANN)),
                            "a: b\r\n".getBytes(UTF_8)));
        }
        assertThat(Files.readString(files("new").getFirst())).startsWith("Return-Path: <>\n");
    }

    @Test
    void lineEndsAreConvertedAcrossBlocksAndBareOnesStay() throws Exception {
        String line = "x".repeat(65_535) + "\r\n";
        String content = "a: b\r\n\r\n" + line + line + "bare\rcr and bare\nlf\r\r\nend\r";
        try (Downstream maildir = maildir()) {
            maildir.deliver(request(content, ANN));
        }
        String stored = Files.readString(files("new").getFirst());
        assertThat(stored.substring(stored.indexOf("a: b")))
                .isEqualTo(content.replace("\r\n", "\n"));
    }

    @Test
    void namesAreUniqueAmongManyAtOnce() throws Exception {
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try (Downstream maildir = maildir()) {
            List<Future<DeliveryReport>> reports = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                reports.add(threads.submit(() -> maildir.deliver(request("a: b\r\n", ANN))));
            }
            for (Future<DeliveryReport> r : reports) {
                assertThat(r.get(20, TimeUnit.SECONDS).allDelivered()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(files("new")).hasSize(50);
    }

    @Test
    void contentThatCannotBeReadLeavesNothingBehind() throws Exception {
        try (Downstream maildir = maildir()) {
            DeliveryRequest plain = request("", ANN);
            DeliveryReport report =
                    maildir.deliver(
                            new DeliveryRequest(
                                    plain.id(), plain.envelope(), Fixtures.broken(2_000, 500)));
            assertThat(report.outcomes().get(ANN)).isInstanceOf(Deferred.class);
            assertThat(report.trouble()).isEqualTo(Step.LOCAL);
            assertThat(report.maybeDelivered()).isFalse();
        }
        assertThat(files("new")).isEmpty();
        assertThat(files("tmp")).isEmpty();
    }

    @Test
    void aPlaceThatCannotBeWrittenDefersAndWorksAgainWhenMended() throws Exception {
        Path place = directory.resolve("m");
        Files.writeString(place, "a file in the way");
        try (Downstream maildir = maildir()) {
            DeliveryReport report = maildir.deliver(request("a: b\r\n", ANN));
            assertThat(report.outcomes().get(ANN).reply().toString())
                    .startsWith("452 4.3.1 cannot write to Maildir " + place);
            assertThat(report.trouble()).isEqualTo(Step.STORE);
            Files.delete(place);
            assertThat(maildir.deliver(request("a: b\r\n", ANN)).allDelivered()).isTrue();
            for (String sub : List.of("new", "tmp", "cur")) {
                for (Path p : files(sub)) {
                    Files.delete(p);
                }
                Files.delete(place.resolve(sub));
            }
            assertThat(maildir.deliver(request("a: b\r\n", ANN)).allDelivered())
                    .as("directories removed under way are made again")
                    .isTrue();
        }
    }

    @Test
    void whatACrashLeftInTmpIsRemovedWhenItIsOld() throws Exception {
        Path tmp = Files.createDirectories(directory.resolve("m").resolve("tmp"));
        Path old = Files.writeString(tmp.resolve("old"), "half");
        Path young = Files.writeString(tmp.resolve("young"), "half");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofHours(40))));
        try (Downstream maildir = maildir()) {
            maildir.deliver(request("a: b\r\n", ANN));
        }
        assertThat(old).doesNotExist();
        assertThat(young).exists();
    }
}
