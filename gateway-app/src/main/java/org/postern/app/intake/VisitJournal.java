package org.postern.app.intake;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.postern.core.journal.Client;
import org.postern.core.journal.Evidence;
import org.postern.core.journal.JournalEvent;
import org.postern.core.journal.Ruling;
import org.postern.core.journal.Screening;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.policy.Facts;
import org.postern.core.policy.Stage;
import org.postern.core.reply.SmtpReply;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.session.ClientConnection;

/** Tells the journal what happens in one session. Used by the session's thread alone. */
final class VisitJournal {
    private final Intake.Parts parts;
    private final ClientConnection connection;
    private final long revision;
    private final long begun;
    private final Observations observed = new Observations();
    private final Set<String> greylisting = new TreeSet<>();
    private String helo = "";
    private int accepted;
    private int refused;

    VisitJournal(Intake.Parts parts, ClientConnection connection, long revision) {
        this.parts = parts;
        this.connection = connection;
        this.revision = revision;
        this.begun = parts.time().nanoTime();
    }

    void helo(String name) {
        helo = name;
        observed.helo();
    }

    /** A rule in mode observe would have done this; it is told with the message or refusal. */
    void observed(Stage stage, Ruling ruling) {
        observed.add(stage, ruling);
    }

    /** A recipient is asked about. */
    void recipient() {
        observed.recipient();
    }

    /** The recipient asked about gets the message. */
    void recipientTaken() {
        observed.recipientTaken();
    }

    /** What greylisting said of somebody who may pass; it is told with the message. */
    void greylisting(String word) {
        if (!word.isEmpty()) {
            greylisting.add(word);
        }
    }

    /** A transaction begins: what was observed in the one before is forgotten. */
    void begin() {
        observed.transaction();
        greylisting.clear();
    }

    private Client client() {
        return new Client(
                connection.client().getAddress(),
                connection.peer().getAddress(),
                helo,
                connection.tls().isPresent());
    }

    void refused(Stage stage, Facts facts, Ruling ruling, SmtpReply reply) {
        refused++;
        parts.journal()
                .append(
                        new JournalEvent.Refusal(
                                parts.time().instant(),
                                stage,
                                client(),
                                facts.reversePath(),
                                facts.recipient(),
                                ruling,
                                reply,
                                observed.ofRefusal(stage),
                                screening(facts, greylisted(ruling)),
                                revision));
    }

    /** The reason's last word, where greylisting is what refuses. */
    private static Collection<String> greylisted(Ruling ruling) {
        return ruling.rule().equals(GreylistGate.RULE)
                ? List.of(ruling.reason().substring(ruling.reason().indexOf('.') + 1))
                : List.of();
    }

    private static @Nullable Screening screening(Facts facts, Collection<String> greylisting) {
        return Screening.of(facts.dnsbl(), List.copyOf(greylisting), facts.scans(), facts.country())
                .orElse(null);
    }

    /**
     * A message came to its end.
     *
     * @param id its queue id, or null where it was not taken
     * @param facts all that was known of it
     */
    void message(
            @Nullable QueueId id,
            ReversePath from,
            List<EmailAddress> named,
            List<Recipient> recipients,
            long size,
            Facts facts,
            Ruling ruling,
            SmtpReply reply,
            @Nullable Evidence evidence,
            @Nullable String subject) {
        if (id == null) {
            refused++;
        } else {
            accepted++;
        }
        parts.journal()
                .append(
                        new JournalEvent.Message(
                                parts.time().instant(),
                                id,
                                client(),
                                from,
                                named,
                                recipients.stream().map(Recipient::address).toList(),
                                size,
                                ruling,
                                reply,
                                evidence,
                                observed.ofMessage(),
                                screening(
                                        facts,
                                        ruling.rule().equals(GreylistGate.RULE)
                                                ? greylisted(ruling)
                                                : greylisting),
                                subject,
                                revision));
    }

    void closed(SessionEnd end) {
        parts.journal()
                .append(
                        new JournalEvent.Connection(
                                parts.time().instant(),
                                client(),
                                end.label(),
                                Duration.ofNanos(parts.time().nanoTime() - begun),
                                accepted,
                                refused));
    }
}
