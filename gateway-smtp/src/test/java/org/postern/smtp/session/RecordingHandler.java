package org.postern.smtp.session;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.smtp.SessionEnd;

/**
 * A gateway for tests: domain example.test with postmaster, alice and bob, everything accepted is
 * kept. Thread-safe.
 */
public final class RecordingHandler implements SessionHandler {
    /** What was accepted; each octet of the content is one character. */
    public record Message(MailRequest mail, List<Recipient> recipients, String content) {}

    private static final Set<String> KNOWN = Set.of("postmaster", "alice", "bob");

    public final List<Message> messages = Collections.synchronizedList(new ArrayList<>());
    public final List<String> aborts = Collections.synchronizedList(new ArrayList<>());
    public final List<SessionEnd> ends = Collections.synchronizedList(new ArrayList<>());
    public final List<Helo> helos = Collections.synchronizedList(new ArrayList<>());
    public final List<ClientConnection> clients = Collections.synchronizedList(new ArrayList<>());

    @Override
    public Visit open(ClientConnection client) {
        clients.add(client);
        return new RecordingVisit();
    }

    private final class RecordingVisit implements Visit {
        private MailRequest mail = MailRequest.of(org.postern.core.mail.ReversePath.Null.INSTANCE);
        private List<Recipient> recipients = new ArrayList<>();

        @Override
        public Decision connect() {
            return Decision.proceed();
        }

        @Override
        public Decision helo(Helo helo) {
            helos.add(helo);
            return Decision.proceed();
        }

        @Override
        public Decision mail(MailRequest request) {
            mail = request;
            recipients = new ArrayList<>();
            return Decision.proceed();
        }

        @Override
        public Decision recipient(Recipient recipient) {
            String host = recipient.address().host().ascii();
            String local = recipient.address().localPart().toLowerCase(Locale.ROOT);
            if (host.equals("mx.example.test") && local.equals("postmaster")) {
                recipients.add(recipient);
                return Decision.proceed();
            }
            if (!host.equals("example.test")) {
                return Decision.refuse(SmtpReply.of(550, "5.7.1", "We do not relay"));
            }
            if (!KNOWN.contains(local)) {
                return Decision.refuse(SmtpReply.of(550, "5.1.1", "No such mailbox"));
            }
            recipients.add(recipient);
            return Decision.proceed();
        }

        @Override
        public ContentReceiver content() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            return new ContentReceiver() {
                @Override
                public void write(byte[] block, int offset, int length) {
                    out.write(block, offset, length);
                }

                @Override
                public SmtpReply finish() {
                    messages.add(
                            new Message(
                                    mail,
                                    List.copyOf(recipients),
                                    out.toString(StandardCharsets.ISO_8859_1)));
                    return SmtpReply.of(250, "2.0.0", "Accepted as TEST");
                }

                @Override
                public void abort(String reason) {
                    aborts.add(reason);
                }
            };
        }

        @Override
        public void reset() {
            aborts.add("reset");
        }

        @Override
        public void close(SessionEnd end) {
            ends.add(end);
        }
    }
}
