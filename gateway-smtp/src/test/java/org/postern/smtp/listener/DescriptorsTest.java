package org.postern.smtp.listener;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.smtp.bench.DiscardServer;

/**
 * Want of file descriptors, in a process of its own whose classes lie in folders: each class read
 * for the first time needs a descriptor.
 */
class DescriptorsTest {
    private static final Pattern LISTENING = Pattern.compile("listening on \\[(\\d+)]");
    private static final int DESCRIPTORS = 96;

    @TempDir Path folder;

    @Test
    void wantOfDescriptorsNeitherSpinsNorWedgesNorBreaksAClassForGood() throws Exception {
        Path output = folder.resolve("output");
        Process process =
                new ProcessBuilder(
                                "bash",
                                "-c",
                                "ulimit -n " + DESCRIPTORS + "; exec \"$@\"",
                                "bash",
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx64m",
                                "-XX:-MaxFDLimit",
                                "-cp",
                                System.getProperty("java.class.path"),
                                DiscardServer.class.getName(),
                                "0")
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        List<Socket> held = new ArrayList<>();
        try {
            int port = awaitPort(process, output);
            for (int i = 0; i < 2 * DESCRIPTORS; i++) {
                Socket s = new Socket();
                held.add(s);
                s.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 5_000);
            }
            Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> failures(output) >= 4);
            // it backs off to one attempt a second, so in three seconds there can be no more than
            // a few; one that spins makes thousands
            int before = failures(output);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> failures(output) > before + 1);
            assertThat(failures(output)).isLessThan(before + 50);

            for (Socket s : held) {
                s.close();
            }
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> aWholeTransaction(port));
            assertThat(Files.readString(output))
                    .contains("Too many open files")
                    .doesNotContain("NoClassDefFoundError")
                    .doesNotContain("ClassNotFoundException");
        } finally {
            for (Socket s : held) {
                s.close();
            }
            process.destroy();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static int awaitPort(Process process, Path output) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .until(
                        () -> {
                            assertThat(process.isAlive()).as(Files.readString(output)).isTrue();
                            Matcher m = LISTENING.matcher(Files.readString(output));
                            return m.find() ? Integer.parseInt(m.group(1)) : 0;
                        },
                        p -> p > 0);
    }

    private static int failures(Path output) throws IOException {
        return (int)
                Files.readString(output)
                        .lines()
                        .filter(l -> l.contains("accepting a connection failed"))
                        .count();
    }

    private static void aWholeTransaction(int port) throws IOException {
        try (TestClient c = TestClient.connect(port)) {
            c.reply();
            c.send("EHLO client.test");
            assertThat(c.reply()).anyMatch(l -> l.contains("PIPELINING"));
            c.send("MAIL FROM:<a@client.test>", "RCPT TO:<b@example.test>", "BDAT 3 LAST", "x");
            for (int i = 0; i < 3; i++) {
                assertThat(c.line()).startsWith("250 ");
            }
            c.send("QUIT");
            assertThat(c.line()).startsWith("221 ");
        }
    }
}
