package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Unbound as the gateway's own resolver, which also serves block and allow lists; everything else
 * it asks of the test zones' name server. A change of the lists restarts it on the same port.
 */
final class BlockLists implements AutoCloseable {
    private final Path folder;
    private final int stubPort;
    private final int port = Ports.free();
    private @Nullable Program program;

    private BlockLists(Path folder, int stubPort) {
        this.folder = folder;
        this.stubPort = stubPort;
    }

    /** One that asks that name server, with these lines of its configuration. */
    static BlockLists start(Path folder, int stubPort, String data) {
        BlockLists lists = new BlockLists(folder, stubPort);
        lists.serve(data);
        return lists;
    }

    /** Serves this from now on. */
    void serve(String data) {
        close();
        try {
            Files.createDirectories(folder);
            Path file =
                    Files.writeString(
                            folder.resolve("unbound.conf"),
                            """
                            server:
                              interface: 127.0.0.1@%d
                              do-ip6: no
                              do-daemonize: no
                              username: ""
                              chroot: ""
                              directory: "%s"
                              pidfile: ""
                              use-syslog: no
                              logfile: ""
                              do-not-query-localhost: no
                              module-config: "iterator"
                              access-control: 127.0.0.0/8 allow
                              local-zone: "test." nodefault
                              local-zone: "127.in-addr.arpa." nodefault
                            %s
                            remote-control:
                              control-enable: no
                            stub-zone:
                              name: "."
                              stub-addr: 127.0.0.1@%d
                            """
                                    .formatted(port, folder, data.indent(2), stubPort));
            Program started =
                    Program.start(
                            folder.resolve("out"),
                            Map.of(),
                            List.of(Peers.path("unbound"), "-d", "-c", file.toString()));
            program = started;
            await("unbound answers")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(100))
                    .until(() -> !started.alive() || ask("pass.test").contains("127.0.0.1"));
            if (!started.alive()) {
                throw new AssertionError("unbound ended: " + started.output());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What dig prints of the addresses of a name. */
    String ask(String name) {
        return Program.run(
                        new byte[0],
                        Map.of(),
                        List.of(
                                Peers.path("dig"),
                                "@127.0.0.1",
                                "-p",
                                Integer.toString(port),
                                "+short",
                                "+time=1",
                                "+tries=1",
                                "A",
                                name))
                .out();
    }

    /** The port on 127.0.0.1. */
    int port() {
        return port;
    }

    /** Ends it; who asks gets no answer. */
    @Override
    public void close() {
        if (program != null) {
            program.close();
            program = null;
        }
    }
}
