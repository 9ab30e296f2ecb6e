package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A Postfix on a loopback port that keeps the mail of two domains in Maildirs: the mail server
 * behind the gateway, and the one that takes notices. Needs root, as Postfix does.
 */
final class PostfixServer implements AutoCloseable {
    private final Path folder;
    private final int port;

    private PostfixServer(Path folder, int port) {
        this.folder = folder;
        this.port = port;
    }

    /**
     * Starts one whose files lie in {@code folder}: it knows alice and bob at example.test and
     * everybody at pass.test.
     *
     * @param options lines for main.cf
     */
    static PostfixServer start(Path folder, String... options) {
        PostfixServer server = new PostfixServer(folder, Ports.free());
        try {
            server.configure(List.of(options));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Program.Result started = server.postfix("start");
        await("Postfix listens: " + started.all())
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> Ports.open(server.port));
        return server;
    }

    private void configure(List<String> options) throws IOException {
        Path etc = Files.createDirectories(folder.resolve("etc"));
        Files.createDirectories(folder.resolve("spool"));
        Path data = Files.createDirectories(folder.resolve("data"));
        run("chown", "postfix", data.toString());
        Path mail = Files.createDirectories(folder.resolve("mail"));
        Files.setPosixFilePermissions(mail, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.writeString(
                etc.resolve("boxes"),
                """
                alice@example.test alice/
                bob@example.test bob/
                @pass.test sender/
                """);
        Files.writeString(
                etc.resolve("main.cf"),
                """
                compatibility_level = 3.6
                queue_directory = %1$s/spool
                data_directory = %1$s/data
                command_directory = /usr/sbin
                daemon_directory = /usr/lib/postfix/sbin
                mail_owner = postfix
                setgid_group = postdrop
                myhostname = store.example.test
                mydestination =
                mynetworks = 127.0.0.0/8
                inet_protocols = ipv4
                inet_interfaces = 127.0.0.1
                alias_maps =
                virtual_mailbox_domains = example.test, pass.test
                virtual_mailbox_base = %1$s/mail
                virtual_mailbox_maps = texthash:%1$s/etc/boxes
                virtual_uid_maps = static:65534
                virtual_gid_maps = static:65534
                virtual_minimum_uid = 1
                smtpd_relay_restrictions = reject_unauth_destination
                smtpd_authorized_xforward_hosts = 127.0.0.1
                smtpd_tls_loglevel = 1
                maillog_file = %1$s/maillog
                maillog_file_prefixes = %1$s
                %2$s
                """
                        .formatted(folder, String.join("\n", options)));
        List<String> services = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("/usr/share/postfix/master.cf.dist"))) {
            String[] column = line.split("\\s+", -1);
            if (line.startsWith("smtp ") && column[1].equals("inet")) {
                services.add("127.0.0.1:" + port + " inet n - n - - smtpd");
            } else if (!line.isEmpty()
                    && Character.isLetter(line.charAt(0))
                    && column.length >= 8) {
                column[4] = "n"; // nothing is chrooted here
                services.add(String.join(" ", column));
            } else {
                services.add(line);
            }
        }
        Files.write(etc.resolve("master.cf"), services);
    }

    private static Program.Result run(String... command) {
        return Program.run(new byte[0], Map.of(), List.of(command));
    }

    private Program.Result postfix(String what) {
        return run(Peers.path("postfix"), "-c", folder.resolve("etc").toString(), what);
    }

    /** Where it takes mail on 127.0.0.1. */
    int port() {
        return port;
    }

    /** What it has logged. */
    String log() {
        try {
            Path file = folder.resolve("maillog");
            return Files.exists(file) ? Files.readString(file, StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The messages of a mailbox, in any order. */
    List<String> box(String name) {
        Path fresh = folder.resolve("mail").resolve(name).resolve("new");
        if (!Files.isDirectory(fresh)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(fresh)) {
            List<String> all = new ArrayList<>();
            for (Path file : files.toList()) {
                all.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
            return all;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a message in a mailbox that contains this text. */
    String awaitMessage(String name, String text) {
        try {
            await("a message with \"" + text + "\" for " + name)
                    .atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> box(name).stream().anyMatch(m -> m.contains(text)));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + " Postfix says:\n" + log(), e);
        }
        return box(name).stream().filter(m -> m.contains(text)).findFirst().orElseThrow();
    }

    @Override
    public void close() {
        postfix("stop");
        await("Postfix has stopped")
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> postfix("status").exitCode() != 0);
        Surroundings.delete(folder);
    }
}
