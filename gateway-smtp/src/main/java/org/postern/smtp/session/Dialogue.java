package org.postern.smtp.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.Limits;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.EnhancedStatus;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SmtpMetrics;

/**
 * The state machine of a session (RFC 5321, 4.1.4): which command may come when, and what each
 * does. Session's thread only.
 */
final class Dialogue {
    private static final EnhancedStatus UNKNOWN_MAILBOX = new EnhancedStatus(5, 1, 1);
    private static final byte[] PROXY_V2 = {
        '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
    };

    private final SessionIo io;
    private final StopSwitch stop;
    private final SessionSettings settings;
    private final Limits limits;
    private final SessionConnection connection;
    private final Visit visit;
    private final TimeSource time;
    private final SmtpMetrics metrics;

    private @Nullable Helo helo;
    private @Nullable MailRequest mail;
    private int recipients;
    private @Nullable ContentIntake chunks;
    private int commands;
    private int errors;
    private int unknownRecipients;
    private @Nullable SessionConnection successor;

    Dialogue(
            SessionIo io,
            StopSwitch stop,
            SessionSettings settings,
            SessionConnection connection,
            Visit visit,
            TimeSource time,
            SmtpMetrics metrics) {
        this.io = io;
        this.stop = stop;
        this.settings = settings;
        this.limits = settings.limits();
        this.connection = connection;
        this.visit = visit;
        this.time = time;
        this.metrics = metrics;
    }

    /** The greeting, or the refusal in its place (RFC 5321, 3.1). */
    @Nullable SessionEnd greet() throws IOException {
        return switch (visit.connect()) {
            case Decision.Proceed ignored -> {
                io.reply("CONNECT", SmtpReply.of(220, settings.hostname() + " ESMTP Postern"));
                yield null;
            }
            case Decision.Refuse refusal -> refuseConnection(refusal.reply());
            case Decision.Disconnect refusal -> refuseConnection(refusal.reply());
        };
    }

    private SessionEnd refuseConnection(SmtpReply reply) throws IOException {
        io.reply("CONNECT", reply);
        return SessionEnd.REFUSED;
    }

    /** Waits for one command and answers it. Null while the session goes on. */
    @Nullable SessionEnd next() throws IOException {
        if (stop.asked()) {
            io.reply("CLOSE", Replies.STOPPING);
            return SessionEnd.SHUTDOWN;
        }
        Line line = io.readLine();
        commands++;
        if (limits.commands() > 0 && commands > limits.commands()) {
            return exceeded(NamedLimit.COMMANDS, Replies.TOO_MANY_COMMANDS);
        }
        return switch (line) {
            case Line.Text text -> command(text);
            case Line.TooLong ignored -> {
                metrics.limitHit(NamedLimit.LINE_BYTES);
                yield error("UNKNOWN", Replies.LINE_TOO_LONG); // RFC 5321, 4.5.3.1.4
            }
            case Line.Endless ignored -> exceeded(NamedLimit.LINE_BYTES, Replies.ENDLESS_LINE);
            case Line.BareLf ignored -> error("UNKNOWN", Replies.BARE_LF);
            case Line.Closed ignored -> SessionEnd.DISCONNECTED;
        };
    }

    private SessionEnd exceeded(NamedLimit which, SmtpReply reply) throws IOException {
        metrics.limitHit(which);
        io.reply("CLOSE", reply);
        return SessionEnd.LIMIT;
    }

    private @Nullable SessionEnd command(Line.Text line) throws IOException {
        if (commands == 1 && line.octets().length == 0 && isProxyV2()) {
            io.reply("UNKNOWN", Replies.PROXY_NOT_LISTED);
            return SessionEnd.PROXY;
        }
        Helo said = helo;
        boolean extended = said != null && said.extended();
        Command command =
                CommandParser.parse(
                        line.octets(),
                        new CommandParser.Offered(extended, extended && offersRequireTls()));
        return switch (command) {
            case Command.Hello hello -> hello(hello.helo());
            case Command.Mail m -> mail(m.request());
            case Command.Rcpt rcpt -> recipient(rcpt);
            case Command.Bdat bdat -> bdat(bdat);
            case Command.Xclient xclient -> xclient(xclient);
            case Command.Bare bare -> bare(bare);
            case Command.Faulty faulty -> faulty(faulty);
            case Command.OtherProtocol other -> otherProtocol(other);
        };
    }

    /** The first line was the beginning of a PROXY v2 header from somebody not listed. */
    private boolean isProxyV2() {
        InputBuffer input = io.input();
        int rest = PROXY_V2.length - 2;
        if (input.available() < rest) {
            return false;
        }
        for (int i = 0; i < rest; i++) {
            if (input.bytes()[input.position() + i] != PROXY_V2[2 + i]) {
                return false;
            }
        }
        return true;
    }

    private @Nullable SessionEnd faulty(Command.Faulty faulty) throws IOException {
        if (faulty.desynchronised()) {
            io.reply(faulty.verb(), faulty.reply());
            return SessionEnd.LIMIT;
        }
        return error(faulty.verb(), faulty.reply());
    }

    private SessionEnd otherProtocol(Command.OtherProtocol other) throws IOException {
        return switch (other) {
            case HTTP -> {
                io.reply("UNKNOWN", Replies.NOT_SMTP);
                yield SessionEnd.LIMIT;
            }
            case PROXY -> {
                io.reply("UNKNOWN", Replies.PROXY_NOT_LISTED);
                yield SessionEnd.PROXY;
            }
        };
    }

    /** Answers; 5yz counts against {@code limits.errors}. */
    private @Nullable SessionEnd error(String verb, SmtpReply reply) throws IOException {
        io.reply(verb, reply);
        if (reply.code() == 421) {
            return SessionEnd.REFUSED;
        }
        if (reply.isPermanent()) {
            errors++;
            if (limits.errors() > 0 && errors >= limits.errors()) {
                return exceeded(NamedLimit.ERRORS, Replies.TOO_MANY_ERRORS);
            }
        }
        return null;
    }

    /** Applies a decision; the positive reply is ours. */
    private @Nullable SessionEnd decided(String verb, Decision decision, SmtpReply positive)
            throws IOException {
        return switch (decision) {
            case Decision.Proceed ignored -> {
                io.reply(verb, positive);
                yield null;
            }
            case Decision.Refuse refusal -> error(verb, refusal.reply());
            case Decision.Disconnect refusal -> {
                io.reply(verb, refusal.reply());
                yield SessionEnd.REFUSED;
            }
        };
    }

    private @Nullable SessionEnd hello(Helo said) throws IOException {
        endTransaction("helo"); // RFC 5321, 4.1.4: EHLO clears everything, as RSET does
        Decision decision = visit.helo(said);
        if (decision instanceof Decision.Proceed) {
            helo = said;
            connection.extended(said.extended());
        }
        return decided(said.extended() ? "EHLO" : "HELO", decision, greeting(said));
    }

    private SmtpReply greeting(Helo said) {
        String first = settings.hostname() + " greets " + said.name();
        if (!said.extended()) {
            return SmtpReply.of(250, first);
        }
        List<String> lines = new ArrayList<>();
        lines.add(first);
        lines.add("PIPELINING"); // RFC 2920
        lines.add("SIZE " + limits.messageBytes()); // RFC 1870, 4: 0 is no fixed limit
        lines.add("8BITMIME"); // RFC 6152
        lines.add("SMTPUTF8"); // RFC 6531
        lines.add("ENHANCEDSTATUSCODES"); // RFC 2034
        lines.add("CHUNKING"); // RFC 3030
        lines.add("DSN"); // RFC 3461
        if (limits.recipients() > 0) {
            lines.add("LIMITS RCPTMAX=" + limits.recipients()); // RFC 9422
        }
        if (offersStartTls()) {
            lines.add("STARTTLS"); // RFC 3207
        }
        if (offersRequireTls()) {
            lines.add("REQUIRETLS"); // RFC 8689
        }
        if (settings.xclient()) {
            lines.add("XCLIENT NAME ADDR PORT PROTO HELO LOGIN DESTADDR DESTPORT");
        }
        return new SmtpReply(250, null, lines);
    }

    private boolean offersStartTls() {
        return settings.startTls() && connection.tls().isEmpty();
    }

    private boolean offersRequireTls() {
        return connection.tls().isPresent() && visit.honoursRequireTls();
    }

    private @Nullable SessionEnd mail(MailRequest request) throws IOException {
        if (helo == null) {
            return error("MAIL", Replies.HELLO_FIRST);
        }
        if (mail != null) {
            return error("MAIL", chunks == null ? Replies.NESTED_MAIL : Replies.IN_CHUNKS);
        }
        if (limits.messageBytes() > 0 && request.size() > limits.messageBytes()) {
            metrics.limitHit(NamedLimit.MESSAGE_BYTES);
            return error("MAIL", Replies.TOO_LARGE); // RFC 1870, 6.1
        }
        connection.smtpUtf8(request.smtpUtf8());
        Decision decision = visit.mail(request);
        if (decision instanceof Decision.Proceed) {
            mail = request;
            recipients = 0;
        }
        return decided("MAIL", decision, Replies.SENDER_OK);
    }

    private @Nullable SessionEnd recipient(Command.Rcpt rcpt) throws IOException {
        MailRequest request = mail;
        if (request == null) {
            return error("RCPT", Replies.MAIL_FIRST);
        }
        if (chunks != null) {
            return error("RCPT", Replies.IN_CHUNKS);
        }
        if (rcpt.international() && !request.smtpUtf8()) {
            return error("RCPT", CommandParser.needsSmtpUtf8("RCPT").reply());
        }
        if (limits.recipients() > 0 && recipients >= limits.recipients()) {
            metrics.limitHit(NamedLimit.RECIPIENTS);
            io.reply("RCPT", Replies.TOO_MANY_RECIPIENTS); // RFC 5321, 4.5.3.1.10
            return null;
        }
        EmailAddress address = rcpt.address();
        Decision decision =
                visit.recipient(
                        new Recipient(
                                address == null ? postmaster() : address,
                                rcpt.conditions(),
                                rcpt.originalRecipient()));
        if (decision instanceof Decision.Proceed) {
            recipients++;
        } else if (decision instanceof Decision.Refuse refusal && isUnknown(refusal.reply())) {
            return unknownRecipient(refusal.reply());
        }
        return decided("RCPT", decision, Replies.RECIPIENT_OK);
    }

    private static boolean isUnknown(SmtpReply reply) {
        return reply.isPermanent() && UNKNOWN_MAILBOX.equals(reply.status());
    }

    private @Nullable SessionEnd unknownRecipient(SmtpReply reply) throws IOException {
        io.reply("RCPT", reply);
        unknownRecipients++;
        if (limits.unknownRecipients() > 0 && unknownRecipients >= limits.unknownRecipients()) {
            return exceeded(NamedLimit.UNKNOWN_RECIPIENTS, Replies.TOO_MANY_UNKNOWN);
        }
        return null;
    }

    private EmailAddress postmaster() {
        return visit.postmaster()
                .orElseGet(() -> {
                    try {
                        return EmailAddress.of("postmaster", Domain.parse(settings.hostname()));
                    } catch (InvalidAddressException e) {
                        throw new IllegalStateException("our own hostname is invalid", e);
                    }
                });
    }

    private @Nullable SessionEnd bare(Command.Bare command) throws IOException {
        String verb = command.verb();
        return switch (command) {
            case DATA -> data();
            case RSET -> {
                endTransaction("rset");
                io.reply(verb, Replies.RESET);
                yield null;
            }
            case NOOP -> say(verb, Replies.OK);
            case VRFY -> say(verb, Replies.CANNOT_VERIFY); // RFC 5321, 3.5.3
            case EXPN -> error(verb, Replies.NO_EXPN);
            case HELP -> say(verb, Replies.HELP);
            case QUIT -> {
                endTransaction("quit");
                io.reply(verb, Replies.CLOSING_QUIT);
                yield SessionEnd.QUIT;
            }
            case STARTTLS -> startTls();
        };
    }

    private @Nullable SessionEnd say(String verb, SmtpReply reply) throws IOException {
        io.reply(verb, reply);
        return null;
    }

    private @Nullable SessionEnd data() throws IOException {
        if (mail == null) {
            return error("DATA", Replies.MAIL_FIRST);
        }
        if (chunks != null) {
            return error("DATA", Replies.IN_CHUNKS); // RFC 3030, 2
        }
        if (recipients == 0) {
            return error("DATA", Replies.NO_RECIPIENTS);
        }
        ContentIntake intake = newIntake(true);
        io.reply("DATA", Replies.SEND_CONTENT);
        return contentOutcome(intake, intake::data);
    }

    private ContentIntake newIntake(boolean dots) {
        return new ContentIntake(io, stop, limits, time, visit.content(), dots);
    }

    private @Nullable SessionEnd bdat(Command.Bdat bdat) throws IOException {
        SmtpReply sequence =
                mail == null ? Replies.MAIL_FIRST : recipients == 0 ? Replies.NO_RECIPIENTS : null;
        if (sequence != null) {
            return drainChunk(bdat, sequence);
        }
        if (limits.messageBytes() > 0
                && bdat.size() > limits.messageBytes() + ContentIntake.DRAIN_OCTETS) {
            endTransaction("message-bytes");
            metrics.limitHit(NamedLimit.MESSAGE_BYTES);
            io.reply("BDAT", Replies.TOO_LARGE); // not worth draining
            return SessionEnd.LIMIT;
        }
        ContentIntake intake = chunks;
        if (intake == null) {
            intake = newIntake(false);
            chunks = intake;
        }
        ContentIntake current = intake;
        return contentOutcome(current, () -> current.chunk(bdat.size(), bdat.last()), bdat.size());
    }

    /** A chunk that nobody wants: its octets are content all the same (RFC 3030, 2). */
    private @Nullable SessionEnd drainChunk(Command.Bdat bdat, SmtpReply reply) throws IOException {
        if (bdat.size() > ContentIntake.DRAIN_OCTETS) {
            io.reply("BDAT", reply);
            return SessionEnd.LIMIT;
        }
        long start = time.nanoTime();
        long left = bdat.size();
        InputBuffer input = io.input();
        while (left > 0) {
            if (input.available() == 0 && !io.fillForContent(start)) {
                return SessionEnd.DISCONNECTED;
            }
            int part = (int) Math.min(left, input.available());
            input.skip(part);
            left -= part;
        }
        return error("BDAT", reply);
    }

    /** Something that reads content. */
    @FunctionalInterface
    private interface Reading {
        ContentIntake.Outcome read() throws IOException;
    }

    private @Nullable SessionEnd contentOutcome(ContentIntake intake, Reading reading)
            throws IOException {
        return contentOutcome(intake, reading, 0);
    }

    private @Nullable SessionEnd contentOutcome(
            ContentIntake intake, Reading reading, long chunkSize) throws IOException {
        ContentIntake.Outcome outcome;
        try {
            outcome = reading.read();
        } catch (LimitTimeoutException e) {
            contentEnded(intake, e.limit().label());
            throw e;
        } catch (IOException | RuntimeException e) {
            contentEnded(intake, "disconnected");
            throw e;
        }
        return switch (outcome) {
            case ContentIntake.Outcome.More ignored -> say("BDAT", Replies.chunk(chunkSize));
            case ContentIntake.Outcome.Gone ignored -> {
                contentEnded(intake, "disconnected");
                yield SessionEnd.DISCONNECTED;
            }
            case ContentIntake.Outcome.HangUp hangUp -> {
                contentEnded(intake, "drain");
                io.reply("CONTENT", hangUp.reply());
                yield SessionEnd.LIMIT;
            }
            case ContentIntake.Outcome.Answered answered -> {
                contentEnded(intake, "answered");
                SessionEnd end = error("CONTENT", answered.reply());
                if (end == null && intake.endIsDoubtful() && io.input().available() > 0) {
                    end = exceeded(NamedLimit.BARE_NEWLINE, Replies.DOUBTFUL_END);
                }
                if (stop.asked()) {
                    io.flush(); // while closing is still held off
                }
                stop.endFinishing();
                yield end;
            }
        };
    }

    private void contentEnded(ContentIntake intake, String reason) {
        ContentFault fault = intake.fault();
        if (fault != null) {
            NamedLimit named = fault.limit();
            if (named != null) {
                metrics.limitHit(named);
            }
        }
        intake.abort(reason);
        chunks = null;
        mail = null;
        recipients = 0;
    }

    private @Nullable SessionEnd startTls() throws IOException {
        if (connection.tls().isPresent()) {
            return error("STARTTLS", Replies.TLS_TWICE); // RFC 3207, 4.2
        }
        if (!offersStartTls()) {
            return error("STARTTLS", Replies.NO_TLS);
        }
        endTransaction("starttls");
        io.reply("STARTTLS", Replies.START_TLS);
        TlsDetails details = io.startTls();
        metrics.tlsHandshake(details.version());
        connection.tlsStarted(details);
        helo = null; // RFC 3207, 4.2: what was learned in plain text is forgotten
        return null;
    }

    private @Nullable SessionEnd xclient(Command.Xclient command) throws IOException {
        if (!settings.xclient()) {
            return error("XCLIENT", Replies.NO_XCLIENT);
        }
        if (mail != null) {
            return error("XCLIENT", Replies.XCLIENT_LATE);
        }
        InetSocketAddress old = connection.client();
        InetAddress address = command.address().orElse(old.getAddress());
        InetSocketAddress local = connection.local();
        successor =
                new SessionConnection(
                        new InetSocketAddress(
                                address, command.port() == 0 ? old.getPort() : command.port()),
                        connection.peer(),
                        new InetSocketAddress(
                                command.destination().orElse(local.getAddress()),
                                command.destinationPort() == 0
                                        ? local.getPort()
                                        : command.destinationPort()),
                        connection.connected(),
                        connection.tls().orElse(null),
                        command.name());
        return SessionEnd.XCLIENT;
    }

    /** The connection as XCLIENT described it; after {@link SessionEnd#XCLIENT} only. */
    SessionConnection successor() {
        return Objects.requireNonNull(successor);
    }

    /** Ends what is open without acceptance. */
    private void endTransaction(String reason) {
        ContentIntake open = chunks;
        if (open != null) {
            chunks = null;
            mail = null;
            open.abort(reason);
        } else if (mail != null) {
            mail = null;
            visit.reset();
        }
        recipients = 0;
        connection.smtpUtf8(false);
    }

    /** The session is over: ends what is open. */
    void transactionOver(SessionEnd end) {
        endTransaction(end.label());
    }
}
