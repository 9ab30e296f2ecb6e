package org.postern.queue.delivery;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.postern.core.mail.Domain;
import org.postern.core.reply.SmtpReply;

/**
 * Tells a downstream by XCLIENT whose message comes next, so that its rules see that client in
 * place of us. The session begins anew after it: greeting, and an EHLO as that client gave it,
 * because the next EHLO overwrites what XCLIENT said of HELO: with our own name in it a
 * downstream's rules would judge us.
 *
 * @param origin the client
 */
record ClientIntroduction(MessageOrigin origin) {
    /** The longest name in EHLO; the command has at most 512 octets (RFC 5321, 4.5.3.1.2, .4). */
    private static final int MAX_HELO = 255;

    static ClientIntroduction of(MessageOrigin origin) {
        return new ClientIntroduction(origin);
    }

    /**
     * Tells it, where the downstream accepts XCLIENT.
     *
     * @param hostname our own name, for a client that gave none that can stand in EHLO
     * @throws RelayException if the session does not go on from there; the connection is closed. A
     *     refusal of the client by the downstream's rules is {@link Refused}
     */
    void tell(Connection connection, Domain hostname) throws RelayException {
        Set<String> accepted = connection.extensions().xclient();
        if (accepted.isEmpty()) {
            return;
        }
        StringBuilder out = new StringBuilder("XCLIENT");
        ClientAttributes.add(out, accepted, "ADDR", ClientAttributes.address(origin));
        ClientAttributes.add(out, accepted, "NAME", origin.name());
        ClientAttributes.add(out, accepted, "HELO", origin.helo());
        try {
            connection.introduced();
            SmtpReply greeting = ask(connection, out.toString());
            SmtpReply hello =
                    greeting.isPositive()
                            ? ask(connection, connection.dialect().hello() + " " + name(hostname))
                            : greeting;
            if (!hello.isPositive()) {
                connection.wire().close();
                RecipientOutcome kept = new RecipientOutcome.Deferred(Replies.kept(hello));
                throw hello.code() == 421
                        ? new RelayException(Step.ORIGIN, kept)
                        : new Refused(kept);
            }
            connection.extensions(Extensions.parse(hello));
        } catch (WireException e) {
            connection.wire().close();
            throw new RelayException(
                    Step.ORIGIN, Replies.broken(e, Step.ORIGIN, connection.peer(), false), e);
        }
    }

    /** The client's HELO name, or ours where it gave none or one that is no word of a command. */
    private String name(Domain hostname) {
        String helo = origin.helo();
        return helo != null && isWord(helo) ? helo : hostname.ascii();
    }

    private static boolean isWord(String helo) {
        return !helo.isEmpty()
                && helo.length() <= MAX_HELO
                && helo.chars().allMatch(c -> c > 0x20 && c < 0x7f);
    }

    private static SmtpReply ask(Connection connection, String command) throws WireException {
        byte[] line = (command + "\r\n").getBytes(StandardCharsets.US_ASCII);
        connection.wire().write(line, 0, line.length, connection.timeouts().reply());
        return connection.wire().readReply(connection.timeouts().reply());
    }

    /**
     * The downstream's rules refuse this client: its word about one client, and no trouble between
     * it and us.
     */
    static final class Refused extends RelayException {
        private static final long serialVersionUID = 1L;

        Refused(RecipientOutcome outcome) {
            super(Step.ORIGIN, outcome);
        }
    }
}
