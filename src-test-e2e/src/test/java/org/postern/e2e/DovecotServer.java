package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Dovecot as the mailbox store: LMTP in, IMAP out, on loopback ports; every address is a user and
 * every password right. Runs as root or as an ordinary user.
 */
final class DovecotServer implements AutoCloseable {
    private final Path folder;
    private final int lmtpPort;
    private final int imapPort;
    private final Program program;

    private DovecotServer(Path folder, int lmtpPort, int imapPort, Program program) {
        this.folder = folder;
        this.lmtpPort = lmtpPort;
        this.imapPort = imapPort;
        this.program = program;
    }

    /** Starts one whose files lie in {@code folder}; what a former one delivered there stays. */
    static DovecotServer start(Path folder, int lmtpPort) {
        return start(folder, lmtpPort, null);
    }

    /** One that has these mailboxes alone. */
    static DovecotServer startFor(Path folder, int lmtpPort, List<String> addresses) {
        return start(folder, lmtpPort, addresses);
    }

    private static DovecotServer start(
            Path folder, int lmtpPort, @Nullable List<String> addresses) {
        try {
            int imapPort = Ports.free();
            boolean root = System.getProperty("user.name").equals("root");
            String user = root ? "nobody" : System.getProperty("user.name");
            String group = group(user);
            Path mail = Files.createDirectories(folder.resolve("mail"));
            Path lmtpSocket = folder.resolve("lmtp");
            Files.createDirectories(folder.resolve("base"));
            Path users = folder.resolve("users");
            if (addresses != null) {
                Files.writeString(users, String.join("::::::\n", addresses) + "::::::\n");
            }
            String userdb =
                    addresses == null
                            ? "driver = static\n  args = uid=%s gid=%s home=%s/mail/%%u allow_all_users=yes"
                                    .formatted(user, group, folder)
                            : "driver = passwd-file\n  args = %s\n  override_fields = uid=%s gid=%s home=%s/mail/%%u"
                                    .formatted(users, user, group, folder);
            Files.setPosixFilePermissions(mail, PosixFilePermissions.fromString("rwxrwxrwx"));
            Path config =
                    Files.writeString(
                            folder.resolve("dovecot.conf"),
                            """
                            protocols = lmtp imap
                            listen = 127.0.0.1
                            base_dir = %1$s/base
                            state_dir = %1$s/base
                            log_path = /dev/stderr
                            ssl = no
                            disable_plaintext_auth = no
                            default_internal_user = %2$s
                            default_internal_group = %3$s
                            default_login_user = %2$s
                            first_valid_uid = 1
                            mail_location = maildir:%1$s/mail/%%u
                            mail_uid = %2$s
                            mail_gid = %3$s
                            userdb {
                              %7$s
                            }
                            passdb {
                              driver = static
                              args = nopassword=y
                            }
                            service lmtp {
                              inet_listener lmtp {
                                address = 127.0.0.1
                                port = %4$d
                              }
                              unix_listener %6$s {
                                mode = 0666
                              }
                            }
                            service imap-login {
                              chroot =
                              inet_listener imap {
                                address = 127.0.0.1
                                port = %5$d
                              }
                              inet_listener imaps {
                                port = 0
                              }
                            }
                            service anvil {
                              chroot =
                            }
                            service stats {
                              unix_listener stats-writer {
                                mode = 0666
                              }
                            }
                            """
                                    .formatted(
                                            folder,
                                            user,
                                            group,
                                            lmtpPort,
                                            imapPort,
                                            lmtpSocket,
                                            userdb));
            Program program =
                    Program.start(
                            folder.resolve("log"),
                            Map.of(),
                            List.of(Peers.path("dovecot"), "-F", "-c", config.toString()));
            await("Dovecot listens")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() ->
                            !program.alive() || (Ports.open(lmtpPort) && Ports.open(imapPort)));
            if (!program.alive()) {
                throw new AssertionError("Dovecot ended: " + program.output());
            }
            return new DovecotServer(folder, lmtpPort, imapPort, program);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String group(String user) {
        return Program.run(new byte[0], Map.of(), List.of("id", "-gn", user)).out().strip();
    }

    /** Where IMAP is spoken on 127.0.0.1. */
    int imapPort() {
        return imapPort;
    }

    /** The unix socket where LMTP is spoken. */
    Path lmtpSocket() {
        return folder.resolve("lmtp");
    }

    /** Where LMTP is spoken on 127.0.0.1. */
    int lmtpPort() {
        return lmtpPort;
    }

    /** The messages in an address's inbox, oldest first, read by IMAP. */
    List<String> inbox(String address) {
        try (ImapReader reader = ImapReader.connect(imapPort, address)) {
            return reader.messages();
        } catch (IOException e) {
            throw new UncheckedIOException("IMAP: " + program.output(), e);
        }
    }

    /** Waits for the message with this Message-ID in an address's inbox, read by IMAP. */
    String awaitMessage(String address, String messageId) {
        return awaitMessages(address, messageId).getFirst();
    }

    /** Waits until the message with this Message-ID is there and gives every copy of it. */
    List<String> awaitMessages(String address, String messageId) {
        return await("the message " + messageId + " for " + address)
                .atMost(Duration.ofSeconds(40))
                .pollInterval(Duration.ofMillis(100))
                .until(
                        () ->
                                inbox(address).stream()
                                        .filter(message -> message.contains(messageId))
                                        .toList(),
                        found -> !found.isEmpty());
    }

    /** Where its files lie. */
    Path folder() {
        return folder;
    }

    @Override
    public void close() {
        program.close();
    }
}
