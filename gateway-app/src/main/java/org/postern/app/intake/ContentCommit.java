package org.postern.app.intake;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.app.reputation.Traps;
import org.postern.core.config.BuiltInRule;
import org.postern.core.journal.Ruling;
import org.postern.core.mail.Envelope;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Verdict;
import org.postern.core.reply.SmtpReply;
import org.postern.queue.schedule.CutThrough;
import org.postern.queue.spool.Change;
import org.postern.queue.spool.MessageMeta;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolWriter;
import org.postern.queue.spool.StoredMessage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a message that is taken durable, and tells who must know, in the order that loses nothing:
 * spool, journal, relay, and only then the 250. Whatever fails after the commit is an error of the
 * log: the message is stored, so that 250 stays true. Used by the session's thread alone.
 */
final class ContentCommit {
    private static final Logger LOG = LoggerFactory.getLogger(ContentCommit.class);

    private final Transaction transaction;
    private final Intake.Parts parts;
    private final ContentRecord record;
    private final SpoolWriter writer;
    private final String protocol;
    private final @Nullable String subject;

    /**
     * A commit of a message whose content is complete.
     *
     * @param protocol the word for "with" in Received
     * @param subject its subject where the journal is to have it
     */
    ContentCommit(
            Transaction transaction,
            ContentRecord record,
            SpoolWriter writer,
            String protocol,
            @Nullable String subject) {
        this.transaction = transaction;
        this.parts = transaction.parts();
        this.record = record;
        this.writer = writer;
        this.protocol = protocol;
        this.subject = subject;
    }

    /** Takes the message; 250, or 4yz where the spool would not, or what cut-through was told. */
    SmtpReply take(Judgement judged) {
        Instant now = parts.time().instant();
        Envelope envelope = transaction.envelope();
        MessageMeta meta = StoredForm.of(transaction, envelope, judged, writer.id(), protocol, now);
        // from the commit on the spool has it, whoever waits for what
        Optional<CutThrough.Ticket> ticket =
                judged.verdict() instanceof Verdict.Quarantine
                        ? Optional.empty()
                        : parts.relay().expect(writer.id(), envelope);
        try {
            return commit(meta, judged, ticket);
        } finally {
            ticket.ifPresent(CutThrough.Ticket::close);
        }
    }

    private SmtpReply commit(
            MessageMeta meta, Judgement judged, Optional<CutThrough.Ticket> ticket) {
        StoredMessage stored;
        try {
            stored = writer.commit(meta);
        } catch (SpoolException e) {
            LOG.error(
                    "message from {} not stored: {}",
                    transaction.facts().client(),
                    e.getMessage(),
                    e);
            return notTaken(
                    new Ruling(Disposition.DEFER, BuiltInRule.SPOOL.ruleName(), "spool.failed", ""),
                    e.reply(),
                    judged);
        }
        if (ticket.isEmpty()) {
            // the journal has the acceptance before what the relay makes of it
            record(stored, judged);
            announce(stored);
            return reply(stored);
        }
        announce(stored);
        CutThrough.Answer answer = ticket.get().await(parts.relay().patience());
        parts.metrics()
                .count(
                        "cut.through",
                        "outcome",
                        switch (answer) {
                            case CutThrough.Answer.Delivered _ -> "delivered";
                            case CutThrough.Answer.Refused _ -> "refused";
                            case CutThrough.Answer.Spooled _ -> "spooled";
                        });
        if (answer instanceof CutThrough.Answer.Refused(SmtpReply reply)) {
            // the entry has ended durably: this reply is all that anybody hears of it
            return notTaken(
                    new Ruling(
                            Disposition.REJECT,
                            BuiltInRule.DOWNSTREAM.ruleName(),
                            "relay.refused",
                            ""),
                    reply,
                    judged);
        }
        record(stored, judged);
        return reply(stored);
    }

    private SmtpReply notTaken(Ruling ruling, SmtpReply reply, Judgement judged) {
        record.notTaken(ruling, reply, judged, writer.size(), subject);
        return reply;
    }

    private static SmtpReply reply(StoredMessage stored) {
        return SmtpReply.of(250, "2.0.0", "Ok: queued as " + stored.id());
    }

    /** What was taken is written down; where that fails, it is stored and 250 stays true. */
    private void record(StoredMessage stored, Judgement judged) {
        try {
            tell(stored, judged);
        } catch (SpoolException | RuntimeException e) {
            LOG.error("{} is stored; telling of it failed", stored.id(), e);
        }
    }

    private void tell(StoredMessage stored, Judgement judged) throws SpoolException {
        record.taken(stored, reply(stored), judged, subject);
        if (judged.verdict() instanceof Verdict.Quarantine) {
            // on hold by its own record already; this lets the index know
            parts.spool()
                    .change(
                            List.of(stored.id()),
                            new Change.Hold(
                                    MessageMeta.HOLD_ACTOR,
                                    StoredForm.holdReason(judged.verdict())));
        }
        if (judged.verdict().rule().equals(Traps.RULE)) {
            // no mailbox waits for it: it ends by itself, and can be looked at until then
            parts.spool()
                    .change(
                            List.of(stored.id()),
                            new Change.Drop(MessageMeta.HOLD_ACTOR, Traps.RULE, TrapNote.KEPT));
        }
        TrapNote.take(transaction);
        if (judged.verdict() instanceof Verdict.Accept
                && !transaction.probing()
                && judged.isCleanAsFarAsScanned()) {
            parts.reputation().accepted(transaction.facts().client(), judged.outcome().verdicts());
        }
        record.counted(stored, judged);
    }

    /** There is something to deliver. The message is stored, so that nothing may be thrown here. */
    private void announce(StoredMessage stored) {
        try {
            parts.relay().accepted(stored.envelope(), stored.size());
        } catch (RuntimeException e) {
            LOG.error("{} is stored; the relay could not be told", stored.id(), e);
        }
    }
}
