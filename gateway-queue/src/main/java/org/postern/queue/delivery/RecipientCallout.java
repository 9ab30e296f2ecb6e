package org.postern.queue.delivery;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.recipients.RecipientProbe;
import org.postern.core.reply.EnhancedStatus;
import org.postern.core.reply.SmtpReply;

/**
 * Asks a downstream at RCPT whether it would take mail for an address: MAIL with a null
 * reverse-path, RCPT, and no content ever. Connections are kept for the next question. Thread-safe.
 *
 * <p>"No such mailbox" is believed of an enhanced status 5.1.x that is not about the sender, or
 * 5.2.1 (RFC 3463, 3.2, 3.3), or of 550, 551 and 553 without one (RFC 5321, 4.2.3); every other
 * refusal says something else, and nothing about the address.
 */
public final class RecipientCallout implements RecipientProbe, AutoCloseable {
    private static final String RSET = "RSET";

    /** 5.1.7 and 5.1.8 are about the sender (RFC 3463, 3.2), 5.1.9 about the way (RFC 3886, 4). */
    private static final Set<Integer> NOT_OF_THE_RECIPIENT = Set.of(7, 8, 9);

    private final DownstreamConfig config;
    private final Watchdog watchdog;
    private final ConnectionPool pool;
    private final Connector connector;

    /**
     * Connects nowhere yet.
     *
     * @param config who is asked; its time-out is replaced
     * @param timeout for one step of a question; none has longer than the question itself
     */
    public RecipientCallout(
            DownstreamConfig config, Duration timeout, DeliveryEnvironment environment) {
        this.config =
                new DownstreamConfig(
                        config.name(),
                        config.target(),
                        config.tls(),
                        config.connections(),
                        timeout,
                        config.trust(),
                        config.mx(),
                        false);
        this.watchdog = new Watchdog("callout " + config.name(), environment.time());
        this.pool = new ConnectionPool(environment.time(), watchdog);
        this.connector = new Connector(this.config, environment, watchdog, false);
    }

    @Override
    public Answer ask(EmailAddress address, Duration longest) {
        long end = watchdog.in(longest.toNanos());
        Connection idle = pool.take();
        try {
            if (idle != null) {
                try {
                    idle.wire().noLongerThan(end);
                    return ask(idle, address);
                } catch (WireException e) {
                    idle.wire().close();
                    if (e.kind() == WireException.Kind.TIMEOUT) {
                        return new Answer.Unclear(idle.peer() + ": " + e.getMessage(), true);
                    }
                    // it had been closed while nobody asked
                }
            }
            return askAfresh(address, end);
        } catch (RelayException e) {
            return new Answer.Unclear(config.name() + ": " + e.outcome().reply(), true);
        }
    }

    private Answer askAfresh(EmailAddress address, long end) throws RelayException {
        Connection fresh = connector.until(end).open();
        try {
            return ask(fresh, address);
        } catch (WireException e) {
            fresh.wire().close();
            return new Answer.Unclear(fresh.peer() + ": " + e.getMessage(), true);
        }
    }

    private Answer ask(Connection connection, EmailAddress address) throws WireException {
        boolean plain = StandardCharsets.US_ASCII.newEncoder().canEncode(address.toString());
        if (!plain && !connection.extensions().smtpUtf8()) {
            keep(connection);
            return new Answer.Unclear(connection.peer() + " takes no SMTPUTF8 address", false);
        }
        if (connection.messages() > 0) {
            SmtpReply reset = say(connection, RSET);
            if (!reset.isPositive()) {
                return refused(connection, RSET, reset);
            }
        }
        connection.countMessage();
        SmtpReply mail = say(connection, "MAIL FROM:<>" + (plain ? "" : " SMTPUTF8"));
        if (!mail.isPositive()) {
            return refused(connection, "MAIL", mail);
        }
        SmtpReply rcpt = say(connection, "RCPT TO:<" + address + ">");
        if (rcpt.code() == 421) {
            return refused(connection, "RCPT", rcpt);
        }
        keep(connection);
        if (rcpt.isPositive()) {
            return Answer.Exists.INSTANCE;
        }
        return isAbsent(rcpt)
                ? new Answer.Absent(rcpt.toString())
                : new Answer.Unclear(connection.peer() + " to RCPT: " + rcpt, false);
    }

    private void keep(Connection connection) {
        connection.wire().noLongerThan(Watchdog.NONE);
        pool.give(connection);
    }

    private static Answer refused(Connection connection, String command, SmtpReply reply) {
        connection.quit();
        return new Answer.Unclear(connection.peer() + " to " + command + ": " + reply, true);
    }

    private static boolean isAbsent(SmtpReply reply) {
        if (!reply.isPermanent()) {
            return false;
        }
        @Nullable EnhancedStatus status = reply.status();
        if (status == null) {
            return reply.code() == 550 || reply.code() == 551 || reply.code() == 553;
        }
        return (status.subject() == 1 && !NOT_OF_THE_RECIPIENT.contains(status.detail()))
                || (status.subject() == 2 && status.detail() == 1);
    }

    private static SmtpReply say(Connection connection, String command) throws WireException {
        byte[] octets = (command + "\r\n").getBytes(StandardCharsets.UTF_8);
        Timeouts timeouts = connection.timeouts();
        connection.wire().write(octets, 0, octets.length, timeouts.block());
        return connection.wire().readReply(timeouts.reply());
    }

    @Override
    public void close() {
        pool.close();
        watchdog.close();
    }
}
