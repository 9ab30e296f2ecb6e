package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.HASTY;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.lmtp;
import static org.postern.queue.delivery.Fixtures.smtp;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.queue.delivery.DownstreamCheck.Result;

/** What a look at a downstream tells, and that it leaves nothing behind. */
class DownstreamCheckTest {
    @TempDir Path folder;

    @Test
    void oneThatSpeaksIsGreetedAndLeftWithoutAMessage() throws Exception {
        try (FakeServer server =
                new FakeServer(peer -> {
                    peer.greet("PIPELINING");
                    peer.answer("221 2.0.0 bye");
                })) {
            assertThat(DownstreamCheck.of(lmtp(server.port(), PATIENT), ENVIRONMENT, PATIENT))
                    .isEqualTo(new Result.Speaks("127.0.0.1:" + server.port(), null));
            assertThat(server.commands).containsExactly("LHLO mx.example.net", "QUIT");
        }
    }

    @Test
    void oneThatIsNotThereIsNamedWithTheStep() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        assertThat(DownstreamCheck.of(smtp(port, PATIENT), ENVIRONMENT, PATIENT))
                .isInstanceOfSatisfying(
                        Result.Trouble.class,
                        t -> {
                            assertThat(t.step()).isEqualTo("connect");
                            assertThat(t.why()).contains("127.0.0.1:" + port);
                        });
    }

    @Test
    void oneThatSaysNothingEndsTheLookWithItsPatience() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            assertThat(DownstreamCheck.of(smtp(silent.getLocalPort(), PATIENT), ENVIRONMENT, HASTY))
                    .isInstanceOfSatisfying(
                            Result.Trouble.class, t -> assertThat(t.step()).isEqualTo("greeting"));
        }
    }

    @Test
    void aMaildirThatDoesNotExistYetIsNotMade() {
        Path maildir = folder.resolve("a/b");
        assertThat(DownstreamCheck.of(maildir(maildir), ENVIRONMENT, PATIENT))
                .isEqualTo(new Result.Speaks(maildir.toString(), null));
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void aMaildirBelowAFileIsTrouble() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        assertThat(DownstreamCheck.of(maildir(file.resolve("mail")), ENVIRONMENT, PATIENT))
                .isInstanceOf(Result.Trouble.class);
    }

    private static DownstreamConfig maildir(Path directory) {
        return new DownstreamConfig("mail", new Target.Maildir(directory), Tls.NONE, 1, PATIENT);
    }
}
