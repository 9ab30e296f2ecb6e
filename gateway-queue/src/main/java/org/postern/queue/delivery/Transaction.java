package org.postern.queue.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One mail transaction on one connection: MAIL, RCPT, content, final replies. Commands go out in
 * groups where PIPELINING is offered (RFC 2920), one at a time elsewhere.
 *
 * <p>Used once, by one thread. It ends with an outcome for each recipient of its batch, whatever
 * happens; the connection is closed where it cannot be trusted any more. The one exception: a
 * connection used before that turns out to be dead before any reply came is {@link Result#stale()},
 * because then nothing was decided, and a new connection may be asked.
 */
final class Transaction {
    private static final Logger LOG = LoggerFactory.getLogger(Transaction.class);
    private static final String DATA = "DATA\r\n";
    private static final String RSET = "RSET\r\n";

    /**
     * Octets of commands sent before replies are read. Both sides' socket buffers hold more, so
     * that neither can wait for the other (RFC 2920, 3.1).
     */
    private static final int GROUP_OCTETS = 8 * 1024;

    private static final int GROUP_COMMANDS = 64;

    /**
     * What a transaction came to.
     *
     * @param outcomes one for each recipient of the batch, but those of {@code tooMany}
     * @param tooMany recipients refused only because there were too many before them
     * @param trouble where and why it broke off as a whole, or null; its outcome is for recipients
     *     that were not in this batch
     * @param stale whether the reused connection was dead; then there are no outcomes
     * @param contentSent whether any octet of the content went out
     * @param dsnPassedOn whether the server took DSN parameters
     */
    record Result(
            Map<Recipient, RecipientOutcome> outcomes,
            List<Recipient> tooMany,
            @Nullable RelayException trouble,
            boolean stale,
            boolean contentSent,
            boolean dsnPassedOn) {}

    private record Command(Step step, String line, @Nullable Recipient recipient) {}

    private final Connection connection;
    private final Wire wire;
    private final Timeouts timeouts;
    private final DeliveryRequest request;
    private final List<Recipient> batch;
    private final boolean reused;
    private final Map<Recipient, RecipientOutcome> outcomes = new LinkedHashMap<>();
    private final List<Recipient> accepted = new ArrayList<>();
    private final List<Recipient> tooMany = new ArrayList<>();
    private Step step = Step.MAIL;
    private @Nullable RelayException refusal;
    private boolean answered;
    private boolean dataRefused;
    private boolean dataAccepted;
    private boolean terminatorSent;
    private boolean contentSent;

    Transaction(Connection connection, DeliveryRequest request, List<Recipient> batch) {
        this.connection = connection;
        this.wire = connection.wire();
        this.timeouts = connection.timeouts();
        this.request = request;
        this.batch = batch;
        this.reused = connection.messages() > 0;
    }

    /** Runs it. */
    Result run() {
        connection.countMessage();
        try {
            return attempt();
        } finally {
            request.point().resolved();
        }
    }

    private Result attempt() {
        // opened first: content that cannot be read is found out before anybody is told of it
        try (InputStream content = ContentSender.open(request)) {
            EnvelopeCommands commands = EnvelopeCommands.plan(connection, request);
            exchangeEnvelope(commands);
            if (accepted.isEmpty()) {
                if (dataAccepted) {
                    wire.close(); // nobody to send to: hang up rather than send an empty message
                }
            } else {
                sendContent(content);
                readFinalReplies();
            }
            return result(null, false);
        } catch (WireException e) {
            wire.close();
            if (reused && !answered && e.kind() == WireException.Kind.LOST) {
                return result(null, true);
            }
            return broken(Replies.broken(e, step, connection.peer(), terminatorSent));
        } catch (RelayException e) {
            if (e.outcome().reply().code() == 421 && reused && !answered) {
                return result(null, true); // it had closed an idle connection and said so
            }
            step = e.step();
            return broken(e.outcome());
        } catch (ContentException | IOException e) {
            wire.close(); // the only way to take back what went out already
            step = Step.LOCAL;
            return broken(
                    Outcomes.deferred(
                            "4.3.0",
                            "the message cannot be read from the spool: "
                                    + ContentException.words(e)));
        }
    }

    private Result broken(RecipientOutcome outcome) {
        RecipientOutcome forTheOthers = outcome;
        if (outcome instanceof RecipientOutcome.Deferred d && d.maybeDelivered()) {
            LOG.warn(
                    "{}: {} had the whole message and its final reply was lost; the next attempt"
                            + " may make a duplicate: {}",
                    request.id(),
                    connection.peer(),
                    d.reply());
            forTheOthers = new RecipientOutcome.Deferred(d.reply(), d.fromDownstream(), false);
        }
        for (Recipient r : batch) {
            outcomes.putIfAbsent(r, accepted.contains(r) ? outcome : forTheOthers);
        }
        tooMany.clear();
        // a refusal for good is about the message, and no trouble with the downstream
        boolean failed = outcome instanceof RecipientOutcome.Failed;
        return result(failed ? null : new RelayException(step, forTheOthers), false);
    }

    private Result result(@Nullable RelayException trouble, boolean stale) {
        return new Result(
                outcomes, tooMany, trouble, stale, contentSent, connection.extensions().dsn());
    }

    // envelope

    private void exchangeEnvelope(EnvelopeCommands commands) throws WireException, RelayException {
        List<Command> all = new ArrayList<>(batch.size() + 3);
        if (reused) {
            all.add(new Command(Step.RESET, RSET, null));
        }
        for (String line : commands.xforward()) {
            all.add(new Command(Step.ORIGIN, line, null));
        }
        all.add(new Command(Step.MAIL, commands.mail(), null));
        for (Recipient r : batch) {
            RecipientOutcome.Failed refused = commands.refused(r);
            if (refused == null) {
                all.add(new Command(Step.RECIPIENT, commands.rcpt(r), r));
            } else {
                outcomes.put(r, refused);
            }
        }
        if (outcomes.size() == batch.size()) {
            return;
        }
        if (!connection.extensions().chunking()) {
            all.add(new Command(Step.DATA, DATA, null));
        }
        int next = 0;
        while (next < all.size()) {
            if (all.get(next).step() == Step.DATA && accepted.isEmpty()) {
                return; // RFC 5321, 3.3: without a recipient there is nothing to send
            }
            int end = groupEnd(all, next);
            send(all.subList(next, end));
            for (Command c : all.subList(next, end)) {
                step = c.step();
                take(c, wire.readReply(timeouts.reply()));
            }
            if (refusal != null) {
                throw refusal;
            }
            next = end;
        }
        if (dataRefused) {
            accepted.clear();
        }
    }

    private int groupEnd(List<Command> all, int from) {
        if (!connection.extensions().pipelining()) {
            return from + 1;
        }
        int octets = 0;
        int i = from;
        while (i < all.size() && i - from < GROUP_COMMANDS && octets < GROUP_OCTETS) {
            octets += all.get(i).line().length();
            i++;
        }
        return i;
    }

    /**
     * A reply too many would be taken for the next command's, and in the end somebody's 250 for the
     * message's. So each group begins in silence.
     */
    private void expectSilence() throws WireException, RelayException {
        if (!wire.hasUnreadInput()) {
            return;
        }
        SmtpReply unasked = wire.readReply(timeouts.reply());
        wire.close();
        if (unasked.code() == 421) {
            throw new RelayException(step, new RecipientOutcome.Deferred(Replies.kept(unasked)));
        }
        throw new WireException(
                WireException.Kind.PROTOCOL, "it talks without being asked: " + unasked, null);
    }

    private void send(List<Command> group) throws WireException, RelayException {
        StringBuilder lines = new StringBuilder(64 * group.size());
        for (Command c : group) {
            lines.append(c.line());
        }
        byte[] octets = lines.toString().getBytes(StandardCharsets.UTF_8);
        step = group.getFirst().step();
        expectSilence();
        wire.write(octets, 0, octets.length, timeouts.reply());
    }

    private void take(Command command, SmtpReply reply) throws WireException, RelayException {
        if (reply.code() == 421) {
            // RFC 5321, 3.8: it closes the channel now, and with it the whole transaction
            wire.close();
            throw new RelayException(
                    command.step(), new RecipientOutcome.Deferred(Replies.kept(reply)));
        }
        answered = true;
        switch (command.step()) {
            case RESET -> {
                if (!reply.isPositive()) {
                    refuseAll(Step.RESET, Replies.wrongCode(reply, Step.RESET, connection.peer()));
                }
            }
            case ORIGIN -> LOG.debug("{} to XFORWARD: {}", connection.peer(), reply);
            case MAIL -> {
                if (!reply.isPositive()) {
                    refuseAll(Step.MAIL, Replies.refusal(reply, Step.MAIL, connection.peer()));
                }
            }
            case RECIPIENT -> takeRecipient(command, reply);
            case DATA -> takeData(reply);
            default -> throw new IllegalStateException(command.step().name());
        }
    }

    /** Everybody gets this, once the replies to the rest of the group are read. */
    private void refuseAll(Step at, RecipientOutcome outcome) {
        if (refusal == null) {
            refusal = new RelayException(at, outcome);
        }
    }

    private void takeRecipient(Command command, SmtpReply reply) {
        Recipient recipient = command.recipient();
        if (recipient == null) {
            throw new IllegalStateException("RCPT without a recipient");
        }
        if (refusal != null) {
            return;
        }
        if (reply.isPositive()) {
            accepted.add(recipient);
        } else if (!accepted.isEmpty() && Replies.tooManyRecipients(reply)) {
            tooMany.add(recipient);
        } else {
            outcomes.put(recipient, Replies.refusal(reply, Step.RECIPIENT, connection.peer()));
        }
    }

    private void takeData(SmtpReply reply) {
        boolean goAhead = reply.code() >= 300 && reply.code() < 400;
        if (reply.isPositive() || (goAhead && refusal != null)) {
            wire.close(); // it waits for something that will not come
        }
        if (goAhead) {
            dataAccepted = true;
            return;
        }
        dataRefused = true;
        RecipientOutcome outcome = Replies.refusal(reply, Step.DATA, connection.peer());
        for (Recipient r : accepted) {
            outcomes.put(r, outcome);
        }
    }

    // content

    private void sendContent(InputStream content)
            throws WireException, ContentException, RelayException {
        step = Step.CONTENT;
        expectSilence();
        contentSent = true;
        ContentSender sender = new ContentSender(connection, request, content);
        if (connection.extensions().chunking()) {
            sender.sendChunk();
        } else {
            sender.sendData();
        }
        // only now: a write that failed never gave the whole of it to the network
        terminatorSent = true;
        step = Step.FINAL_REPLY;
    }

    private void readFinalReplies() throws WireException {
        if (connection.dialect() == Dialect.SMTP) {
            RecipientOutcome outcome = finalOutcome(wire.readReply(timeouts.finalReply()));
            for (Recipient r : accepted) {
                outcomes.put(r, outcome);
            }
            return;
        }
        // RFC 2033, 4.2: one reply for each successful RCPT, in their order
        for (Recipient r : accepted) {
            outcomes.put(r, finalOutcome(wire.readReply(timeouts.finalReply())));
        }
    }

    private RecipientOutcome finalOutcome(SmtpReply reply) throws WireException {
        if (reply.isPositive()) {
            return new RecipientOutcome.Delivered(Replies.kept(reply));
        }
        if (reply.code() == 421) {
            wire.close();
        }
        if (reply.code() < 400) {
            throw new WireException(
                    WireException.Kind.PROTOCOL, "neither yes nor no: " + reply, null);
        }
        return Replies.refusal(reply, Step.FINAL_REPLY, connection.peer());
    }
}
