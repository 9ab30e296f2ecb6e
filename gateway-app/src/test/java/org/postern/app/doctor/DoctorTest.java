package org.postern.app.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.ConfigLoader;
import org.postern.core.config.LoadResult;
import org.postern.core.config.PosternConfig;
import org.postern.core.time.Deadline;
import org.postern.core.time.ManualTimeSource;
import org.postern.core.time.TimeSource;

/** Each check against surroundings that are well and that are not. */
class DoctorTest {
    private static final TimeSource TIME = TimeSource.system();

    @TempDir Path folder;
    private PosternConfig config;

    @BeforeEach
    void configure() throws IOException {
        config = config("recipients: { static: [postmaster@example.test] }");
    }

    private PosternConfig config(String recipients) throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("postern.yaml"),
                        """
                        hostname: mx.example.test
                        data: data
                        listeners: [{ address: 127.0.0.1, port: %d }]
                        domains:
                          example.test:
                            %s
                            downstream: maildir:mail
                        """
                                .formatted(portOfNobody(), recipients));
        Files.createDirectories(folder.resolve("data"));
        return switch (ConfigLoader.load(file)) {
            case LoadResult.Loaded loaded -> loaded.config();
            case LoadResult.Refused refused ->
                    throw new AssertionError(refused.problems().toString());
        };
    }

    private static int portOfNobody() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Scene scene(FakeDns dns) {
        return scene(dns, DaemonView.absent("not started"), TIME, List.of(), Optional.empty());
    }

    private Scene scene(
            FakeDns dns,
            DaemonView daemon,
            TimeSource time,
            List<String> blockLists,
            Optional<String> timeServer) {
        return new Scene(
                config,
                "/etc/postern/postern.yaml",
                dns,
                daemon,
                time,
                Deadline.after(time, Duration.ofSeconds(20)),
                new Scene.Options(blockLists, timeServer));
    }

    private Finding blockList(FakeDns dns) {
        return new BlockListCheck()
                .examine(
                        scene(
                                dns,
                                DaemonView.absent(""),
                                TIME,
                                List.of("bl.test"),
                                Optional.empty()))
                .getFirst();
    }

    @Test
    void aCheckThatDoesNotEndIsSaidToHaveFoundNothing() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        Check hanging =
                check("hangs", () -> assertThat(never.await(20, TimeUnit.SECONDS)).isTrue());
        Check quick = check("quick", () -> {});
        Scene hurried =
                new Scene(
                        config,
                        "postern.yaml",
                        new FakeDns(),
                        DaemonView.absent(""),
                        TIME,
                        Deadline.after(TIME, Duration.ofMillis(300)),
                        new Scene.Options(List.of(), Optional.empty()));
        List<Finding> findings = new Doctor(List.of(hanging, quick)).examine(hurried);
        assertThat(findings)
                .extracting(Finding::check, Finding::level)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("hangs", Level.NOT_CHECKED),
                        org.assertj.core.groups.Tuple.tuple("quick", Level.OK));
    }

    @Test
    void aCheckThatBreaksIsNeitherWellNorIll() throws InterruptedException {
        Check broken =
                check(
                        "broken",
                        () -> {
                            throw new IllegalStateException("a defect");
                        });
        assertThat(new Doctor(List.of(broken)).examine(scene(new FakeDns())))
                .singleElement()
                .satisfies(f -> assertThat(f.level()).isEqualTo(Level.NOT_CHECKED))
                .satisfies(f -> assertThat(f.what()).contains("a defect"));
    }

    private interface Step {
        void run() throws InterruptedException;
    }

    private static Check check(String name, Step step) {
        return new Check() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public List<Finding> examine(Scene scene) throws InterruptedException {
                step.run();
                return List.of(Finding.ok(name, "well"));
            }
        };
    }

    @Test
    void everyFindingThatIsNotWellSaysWhyAndWhatToType() throws InterruptedException {
        List<Finding> findings = Doctor.withAllChecks().examine(scene(new FakeDns().dead()));
        assertThat(findings)
                .extracting(Finding::check)
                .contains("daemon", "resolver", "mx", "ptr", "tls", "downstream", "relay", "dnsbl")
                .contains("clock", "disk", "limits", "recipients", "config");
        assertThat(findings)
                .filteredOn(f -> f.level() != Level.OK)
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f.why()).isNotBlank())
                .allSatisfy(f -> assertThat(f.type()).isNotBlank());
    }

    @Test
    void aDeadResolverIsAFailureAndWhatItWouldHaveToldIsNotChecked() {
        FakeDns dead = new FakeDns().dead();
        assertThat(new ResolverCheck().examine(scene(dead)))
                .extracting(Finding::level)
                .containsExactly(Level.FAILURE);
        assertThat(new MxCheck().examine(scene(dead)))
                .extracting(Finding::level)
                .containsExactly(Level.NOT_CHECKED);
        assertThat(new ReverseNameCheck().examine(scene(dead)))
                .isNotEmpty()
                .allSatisfy(f -> assertThat(f.level()).isEqualTo(Level.NOT_CHECKED));
    }

    @Test
    void aResolverThatInventsAnswersIsAFailure() {
        FakeDns dns = new FakeDns().mx("example.test", "mx.example.test");
        assertThat(new ResolverCheck().examine(scene(dns)))
                .extracting(Finding::level)
                .containsExactly(Level.OK, Level.OK);
        assertThat(new ResolverCheck().examine(scene(dns.lying())).getLast())
                .satisfies(f -> assertThat(f.level()).isEqualTo(Level.FAILURE))
                .satisfies(f -> assertThat(f.what()).contains("192.0.2.80"));
    }

    @Test
    void theMxOfADomainNamesThisHostOrNobodyComes() {
        assertThat(mx("mx.example.test").level()).isEqualTo(Level.OK);
        assertThat(mx("mail.other.test").level()).isEqualTo(Level.WARNING);
        assertThat(mx(".")).satisfies(f -> assertThat(f.level()).isEqualTo(Level.FAILURE));
        assertThat(mx(".").what()).contains("null MX");
        assertThat(new MxCheck().examine(scene(new FakeDns())).getFirst().level())
                .isEqualTo(Level.FAILURE);
    }

    private Finding mx(String exchange) {
        return new MxCheck().examine(scene(new FakeDns().mx("example.test", exchange))).getFirst();
    }

    @Test
    void theAddressOfThisHostLeadsBackToItsName() {
        FakeDns dns = new FakeDns().a("mx.example.test", "198.51.100.7");
        assertThat(reverse(dns).level()).isEqualTo(Level.WARNING);
        assertThat(reverse(dns).what()).contains("no name");
        assertThat(reverse(dns.ptr("198.51.100.7", "host7.isp.test")).what())
                .contains("host7.isp.test, not mx.example.test");
        assertThat(reverse(dns.ptr("198.51.100.7", "mx.example.test")).level()).isEqualTo(Level.OK);
        assertThat(new ReverseNameCheck().examine(scene(dns)).getLast())
                .as("what cannot be seen from here")
                .satisfies(f -> assertThat(f.level()).isEqualTo(Level.NOT_CHECKED))
                .satisfies(f -> assertThat(f.what()).contains("port 25"));
        assertThat(reverse(new FakeDns()).level()).isEqualTo(Level.FAILURE);
    }

    private Finding reverse(FakeDns dns) {
        return new ReverseNameCheck().examine(scene(dns)).getFirst();
    }

    @Test
    void aBlockListThatAnswersIsToldFromOneThatRefusesOrListsTheWorld() {
        assertThat(blockList(new FakeDns().a("2.0.0.127.bl.test", "127.0.0.2")).level())
                .isEqualTo(Level.OK);
        assertThat(blockList(new FakeDns().a("2.0.0.127.bl.test", "127.255.255.254")))
                .satisfies(f -> assertThat(f.level()).isEqualTo(Level.FAILURE))
                .satisfies(f -> assertThat(f.what()).contains("public resolver"));
        assertThat(
                        blockList(
                                        new FakeDns()
                                                .a("2.0.0.127.bl.test", "127.0.0.2")
                                                .a("1.0.0.127.bl.test", "127.0.0.2"))
                                .what())
                .contains("lists 127.0.0.1");
        assertThat(blockList(new FakeDns()).level()).isEqualTo(Level.WARNING);
        assertThat(blockList(new FakeDns().dead()).what()).contains("no answer");
    }

    @Test
    void acceptAllIsWarnedOf() throws IOException {
        assertThat(new RecipientsCheck().examine(scene(new FakeDns())).getFirst().level())
                .isEqualTo(Level.OK);
        config = config("recipients: { accept-all: true }");
        assertThat(new RecipientsCheck().examine(scene(new FakeDns())).getFirst())
                .satisfies(f -> assertThat(f.level()).isEqualTo(Level.WARNING))
                .satisfies(f -> assertThat(f.what()).contains("example.test"));
    }

    @Test
    void aBacklogThatTheKernelCutsIsWarnedOf() throws IOException {
        Path kernel = folder.resolve("somaxconn");
        Files.writeString(kernel, "128\n");
        assertThat(new LimitsCheck(kernel).examine(scene(new FakeDns())).getFirst())
                .satisfies(f -> assertThat(f.level()).isEqualTo(Level.WARNING))
                .satisfies(f -> assertThat(f.what()).contains("1024", "128"));
        Files.writeString(kernel, "4096\n");
        assertThat(new LimitsCheck(kernel).examine(scene(new FakeDns())).getFirst().level())
                .isEqualTo(Level.OK);
        assertThat(
                        new LimitsCheck(folder.resolve("absent"))
                                .examine(scene(new FakeDns()))
                                .getFirst()
                                .level())
                .isEqualTo(Level.NOT_CHECKED);
    }

    @Test
    void theFileLimitIsTheDaemonsWhereItRuns() {
        DaemonView daemon = DaemonView.ofScrape("# HELP x y\nprocess_files_max_files 1024.0\n");
        assertThat(
                        new LimitsCheck()
                                .examine(
                                        scene(
                                                new FakeDns(),
                                                daemon,
                                                TIME,
                                                List.of(),
                                                Optional.empty()))
                                .getLast())
                .satisfies(f -> assertThat(f.level()).isEqualTo(Level.WARNING))
                .satisfies(f -> assertThat(f.what()).startsWith("the gateway may open 1024"));
    }

    @Test
    void aClockWithoutADaemonToDisciplineItIsWarnedOf() {
        assertThat(clock(Optional.of(new Kernel.Clock(true, 100, 2_000, 12.5)), 0.1))
                .extracting(Finding::level)
                .containsExactly(Level.OK, Level.OK, Level.NOT_CHECKED);
        assertThat(clock(Optional.of(new Kernel.Clock(false, 100, 2_000, 12.5)), -21_600))
                .extracting(Finding::level)
                .containsExactly(Level.WARNING, Level.WARNING, Level.NOT_CHECKED);
        assertThat(clock(Optional.empty(), 0).get(1).level()).isEqualTo(Level.NOT_CHECKED);
    }

    @Test
    void hiddenClientAddressesUnusualVerdictsAndAJournalWithGapsAreWarnedOf() {
        assertThat(evidence(Map.of("postern_client_implausible_share", 0.9)))
                .singleElement()
                .satisfies(f -> {
                    assertThat(f.level()).isEqualTo(Level.WARNING);
                    assertThat(f.what()).startsWith("90% of the last messages");
                    assertThat(f.why()).contains("networks.load-balancers");
                    assertThat(f.type()).contains("postern guard show");
                });
        assertThat(
                        evidence(
                                Map.of(
                                        "postern_client_implausible_share", 0.0,
                                        "postern_guard_alarms", 2.0,
                                        "postern_journal_writable", 0.0)))
                .extracting(Finding::level)
                .containsExactly(Level.OK, Level.WARNING, Level.WARNING);
        assertThat(
                        evidence(
                                Map.of(
                                        "postern_client_implausible_share", 0.0,
                                        "postern_journal_lost_total{reason=\"disk\"}", 0.0,
                                        "postern_journal_lost_total{reason=\"queue-full\"}", 7.0)))
                .extracting(Finding::what)
                .last()
                .isEqualTo("the journal has lost 7 events since the start: queue-full");
        assertThat(evidence(Map.of()))
                .extracting(Finding::level)
                .containsExactly(Level.NOT_CHECKED);
    }

    @Test
    void sourcesOfRecipientsAreAsTheRunningGatewaySees() {
        DaemonView daemon =
                DaemonView.ofScrape(
                        """
                        # HELP postern_recipients_entries x
                        postern_recipients_entries{source="ldap-dc1"} -1.0
                        postern_recipients_entries{source="sql"} 700.0
                        postern_recipients_staleness_seconds{source="ldap-dc1"} +Inf
                        postern_recipients_staleness_seconds{source="sql"} 20000.5
                        postern_recipients_sync_refused{source="ldap-dc1"} 0.0
                        postern_recipients_sync_refused{source="sql"} 130.0
                        """);
        assertThat(
                        new RecipientsCheck()
                                .examine(
                                        scene(
                                                new FakeDns(),
                                                daemon,
                                                TIME,
                                                List.of(),
                                                Optional.empty())))
                .extracting(f -> f.level() + " " + f.what())
                .containsExactly(
                        "FAILURE ldap-dc1 has never been loaded",
                        "WARNING sql: a newer list would take away 130 recipients and is not taken",
                        "WARNING sql was last read 5h 33m ago");
    }

    private List<Finding> evidence(Map<String, Double> metrics) {
        return new EvidenceCheck()
                .examine(
                        scene(
                                new FakeDns(),
                                new DaemonView(metrics, ""),
                                TIME,
                                List.of(),
                                Optional.empty()));
    }

    private List<Finding> clock(Optional<Kernel.Clock> kernel, double step) {
        return new ClockCheck(() -> kernel)
                .examine(
                        scene(
                                new FakeDns(),
                                new DaemonView(Map.of("postern_clock_step_seconds", step), ""),
                                new ManualTimeSource(Instant.parse("2026-11-22T12:00:00Z")),
                                List.of(),
                                Optional.empty()));
    }

    @Test
    void theClockIsComparedWithATimeServer() throws IOException, InterruptedException {
        try (DatagramSocket server =
                new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
            Thread answering = Thread.ofVirtual().start(() -> answer(server, 90));
            Duration offset =
                    TimeServer.offset(
                            "127.0.0.1:" + server.getLocalPort(), TIME, Duration.ofSeconds(10));
            assertThat(offset).isBetween(Duration.ofSeconds(89), Duration.ofSeconds(91));
            assertThat(answering.join(Duration.ofSeconds(20))).isTrue();
        }
    }

    /** One answer of a server whose clock is this much ahead of ours. */
    private static void answer(DatagramSocket server, long ahead) {
        try {
            DatagramPacket question = new DatagramPacket(new byte[48], 48);
            server.receive(question);
            byte[] q = question.getData();
            ByteBuffer answer = ByteBuffer.allocate(48);
            answer.put(0, (byte) 0x24).put(1, (byte) 2);
            answer.put(24, q, 40, 8);
            Instant now = TIME.instant().plusSeconds(ahead);
            for (int at : new int[] {32, 40}) {
                answer.putInt(at, (int) (now.getEpochSecond() + 2_208_988_800L));
                answer.putInt(at + 4, (int) (((long) now.getNano() << 32) / 1_000_000_000L));
            }
            server.send(new DatagramPacket(answer.array(), 48, question.getSocketAddress()));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void theDiskIsWrittenToAndLeftAsItWas() throws IOException {
        List<Finding> findings = new DiskCheck().examine(scene(new FakeDns()));
        assertThat(findings).anyMatch(f -> f.what().contains("a force takes"));
        assertThat(findings).anyMatch(f -> f.what().contains("free of"));
        try (var files = Files.list(folder.resolve("data"))) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void aWildcardCoversOneWholeLabel() {
        assertThat(CertificateCheck.covers("*.example.test", "mx.example.test")).isTrue();
        assertThat(CertificateCheck.covers("*.example.test", "a.mx.example.test")).isFalse();
        assertThat(CertificateCheck.covers("*.example.test", "example.test")).isFalse();
        assertThat(CertificateCheck.covers("mx.example.test", "mx.example.test")).isTrue();
    }
}
