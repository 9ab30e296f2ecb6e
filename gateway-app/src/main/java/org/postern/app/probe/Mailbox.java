package org.postern.app.probe;

import jakarta.mail.Flags;
import jakarta.mail.Folder;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Session;
import jakarta.mail.Store;
import jakarta.mail.search.HeaderTerm;
import java.io.IOException;
import java.util.Optional;
import java.util.Properties;
import org.postern.core.config.ProbeConfig;
import org.postern.core.time.Deadline;

/**
 * The recipient's mailbox by IMAP (RFC 9051): finds a probe by its own header field, gives its
 * Authentication-Results and deletes it, so that the mailbox stays small. Touches no other message.
 */
final class Mailbox {
    private static final long POLL_MILLIS = 200;
    private static final long LONGEST_MILLIS = 10_000;

    private Mailbox() {}

    /**
     * Waits for the message.
     *
     * @param nonce the value of {@code Postern-Probe}
     * @return its topmost Authentication-Results, unfolded; empty where it has none
     * @throws ProbeException at step MAILBOX if it is not there by the deadline
     */
    static Optional<String> await(ProbeConfig.Mailbox config, String nonce, Deadline deadline)
            throws ProbeException, InterruptedException {
        String protocol = config.tls() ? "imaps" : "imap";
        String millis =
                Long.toString(Math.clamp(deadline.remaining().toMillis(), 1, LONGEST_MILLIS));
        Properties properties = new Properties();
        for (String name : new String[] {"connectiontimeout", "timeout", "writetimeout"}) {
            properties.put("mail." + protocol + "." + name, millis);
        }
        properties.put("mail.imaps.ssl.checkserveridentity", "true");
        properties.put("mail.imap.ssl.checkserveridentity", "true");
        properties.put("mail.imap.starttls.enable", "true"); // where it is offered
        try (Store store = Session.getInstance(properties).getStore(protocol)) {
            store.connect(config.host(), config.port(), config.user(), config.password().read());
            while (true) {
                Optional<String> found = look(store, nonce);
                if (found.isPresent()) {
                    return found.filter(text -> !text.isEmpty());
                }
                if (deadline.hasPassed()) {
                    throw new ProbeException(
                            Step.MAILBOX,
                            "the downstream took it, and it is not in the inbox of "
                                    + config.user());
                }
                Thread.sleep(POLL_MILLIS);
            }
        } catch (MessagingException | IOException e) {
            throw new ProbeException(
                    Step.MAILBOX,
                    "IMAP at " + config.host() + ":" + config.port() + ": " + e.getMessage(),
                    e);
        }
    }

    /** One look: empty where it is not there, an empty text where it bears no results. */
    private static Optional<String> look(Store store, String nonce) throws MessagingException {
        try (Folder inbox = store.getFolder("INBOX")) {
            inbox.open(Folder.READ_WRITE);
            String results = null;
            for (Message message : inbox.search(new HeaderTerm(ProbeMessage.FIELD, nonce))) {
                String[] fields = message.getHeader("Authentication-Results");
                results = fields == null ? "" : fields[0].replaceAll("\\s+", " ");
                message.setFlag(Flags.Flag.DELETED, true);
            }
            // closed with expunge: what is marked is a probe's and nobody else's in this session
            return Optional.ofNullable(results);
        }
    }
}
