package org.postern.smtp.session;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.Limits;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.Recipient;
import org.postern.core.reply.SmtpReply;
import org.postern.core.time.TimeSource;
import org.postern.smtp.NamedLimit;
import org.postern.smtp.SessionEnd;
import org.postern.smtp.SmtpMetrics;

/**
 * The state machine of a session (RFC 5321, 4.1.4): which command may come when, and what each
 * does. Session's thread only.
 */
final class Dialogue {
    private static final byte[] PROXY_V2 = {
        '\r', '\n', '\r', '\n', 0, '\r', '\n', 'Q', 'U', 'I', 'T', '\n'
    };

    private final SessionIo io;
    private final StopSwitch stop;
    private final SessionSettings settings;
    private final Limits limits;
    private final SessionConnection connection;
    private final Visit visit;
    private final String hostname;

    private @Nullable Helo helo;
    private final SmtpMetrics metrics;
    private final Answers answers;
    private final Transaction transaction;
    private final ContentDialogue content;
    private int commands;
    private @Nullable SessionConnection successor;
    private Optional<Helo> introduced = Optional.empty();
    private Optional<InetAddress> named = Optional.empty();

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
        this.hostname = visit.hostname().orElse(settings.hostname());
        this.metrics = metrics;
        this.answers = new Answers(io, limits, metrics);
        this.transaction = new Transaction(visit);
        this.content = new ContentDialogue(io, stop, limits, time, visit, answers, transaction);
    }

    /**
     * The greeting, or the refusal in its place (RFC 5321, 3.1).
     *
     * @param introduced what the client is known to have said to the host that speaks for it; it
     *     stands until another HELO or EHLO
     */
    @Nullable SessionEnd greet(Optional<Helo> introduced) throws IOException {
        Decision decision = visit.connect();
        if (decision instanceof Decision.Proceed && introduced.isPresent()) {
            decision = visit.helo(introduced.get());
            helo = introduced.get();
            connection.extended(helo.extended());
        }
        return switch (decision) {
            case Decision.Proceed ignored -> {
                io.reply("CONNECT", SmtpReply.of(220, hostname + " ESMTP Postern"));
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
            return answers.exceeded(NamedLimit.COMMANDS, Replies.TOO_MANY_COMMANDS);
        }
        return switch (line) {
            case Line.Text text -> command(text);
            case Line.TooLong ignored -> {
                answers.hit(NamedLimit.LINE_BYTES);
                yield answers.error("UNKNOWN", Replies.LINE_TOO_LONG); // RFC 5321, 4.5.3.1.4
            }
            case Line.Endless ignored ->
                    answers.exceeded(NamedLimit.LINE_BYTES, Replies.ENDLESS_LINE);
            case Line.BareLf ignored -> answers.error("UNKNOWN", Replies.BARE_LF);
            case Line.Closed ignored -> SessionEnd.DISCONNECTED;
        };
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
            case Command.Bdat bdat -> content.bdat(bdat);
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
        return answers.error(faulty.verb(), faulty.reply());
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

    private @Nullable SessionEnd hello(Helo said) throws IOException {
        endTransaction("helo"); // RFC 5321, 4.1.4: EHLO clears everything, as RSET does
        Decision decision = visit.helo(said);
        if (decision instanceof Decision.Proceed) {
            helo = said;
            connection.extended(said.extended());
        }
        return answers.decided(said.extended() ? "EHLO" : "HELO", decision, greeting(said));
    }

    private SmtpReply greeting(Helo said) {
        String first = hostname + " greets " + said.name();
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
        if (settings.xclient().isPresent()) {
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
            return answers.error("MAIL", Replies.HELLO_FIRST);
        }
        if (transaction.mail() != null) {
            return answers.error(
                    "MAIL", transaction.chunks() == null ? Replies.NESTED_MAIL : Replies.IN_CHUNKS);
        }
        if (limits.messageBytes() > 0 && request.size() > limits.messageBytes()) {
            answers.hit(NamedLimit.MESSAGE_BYTES);
            return answers.error("MAIL", Replies.TOO_LARGE); // RFC 1870, 6.1
        }
        connection.smtpUtf8(request.smtpUtf8());
        Decision decision = visit.mail(request);
        if (decision instanceof Decision.Proceed) {
            transaction.begin(request);
        }
        return answers.decided("MAIL", decision, Replies.SENDER_OK);
    }

    private @Nullable SessionEnd recipient(Command.Rcpt rcpt) throws IOException {
        MailRequest request = transaction.mail();
        if (request == null) {
            return answers.error("RCPT", Replies.MAIL_FIRST);
        }
        if (transaction.chunks() != null) {
            return answers.error("RCPT", Replies.IN_CHUNKS);
        }
        if (rcpt.international() && !request.smtpUtf8()) {
            return answers.error("RCPT", CommandParser.needsSmtpUtf8("RCPT").reply());
        }
        if (limits.recipients() > 0 && transaction.recipients() >= limits.recipients()) {
            answers.hit(NamedLimit.RECIPIENTS);
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
            transaction.addRecipient();
        } else if (decision instanceof Decision.Refuse refusal) {
            return answers.refusedRecipient(refusal.reply(), visit::sparesUnknownRecipients);
        }
        return answers.decided("RCPT", decision, Replies.RECIPIENT_OK);
    }

    private EmailAddress postmaster() {
        return visit.postmaster()
                .orElseGet(() -> {
                    try {
                        return EmailAddress.of("postmaster", Domain.parse(hostname));
                    } catch (InvalidAddressException e) {
                        throw new IllegalStateException("our own hostname is invalid", e);
                    }
                });
    }

    private @Nullable SessionEnd bare(Command.Bare command) throws IOException {
        String verb = command.verb();
        return switch (command) {
            case DATA -> content.data();
            case RSET -> {
                endTransaction("rset");
                io.reply(verb, Replies.RESET);
                yield null;
            }
            case NOOP -> answers.say(verb, Replies.OK);
            case VRFY -> answers.say(verb, Replies.CANNOT_VERIFY); // RFC 5321, 3.5.3
            case EXPN -> answers.error(verb, Replies.NO_EXPN);
            case HELP -> answers.say(verb, Replies.HELP);
            case QUIT -> {
                endTransaction("quit");
                io.reply(verb, Replies.CLOSING_QUIT);
                yield SessionEnd.QUIT;
            }
            case STARTTLS -> startTls();
        };
    }

    private @Nullable SessionEnd startTls() throws IOException {
        if (connection.tls().isPresent()) {
            return answers.error("STARTTLS", Replies.TLS_TWICE); // RFC 3207, 4.2
        }
        if (!offersStartTls()) {
            return answers.error("STARTTLS", Replies.NO_TLS);
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
        if (settings.xclient().isEmpty()) {
            return answers.error("XCLIENT", Replies.NO_XCLIENT);
        }
        if (transaction.mail() != null) {
            return answers.error("XCLIENT", Replies.XCLIENT_LATE);
        }
        introduced = command.helo();
        named = command.address();
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

    /** What the client said itself, where XCLIENT told; after {@link SessionEnd#XCLIENT} only. */
    Optional<Helo> introduced() {
        return introduced;
    }

    /** The address that XCLIENT gave, if it gave one. */
    Optional<InetAddress> named() {
        return named;
    }

    private void endTransaction(String reason) {
        transaction.forget(reason);
        connection.smtpUtf8(false);
    }

    /** The session is over: ends what is open. */
    void transactionOver(SessionEnd end) {
        endTransaction(end.label());
    }
}
