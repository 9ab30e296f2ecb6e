package org.postern.queue.delivery;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.postern.core.mail.Domain;
import org.postern.core.reply.SmtpReply;

/**
 * Tells a downstream by XCLIENT whose message comes next, so that its rules see that client in
 * place of us. The session begins anew after it: greeting, EHLO.
 *
 * @param origin the client
 */
record ClientIntroduction(MessageOrigin origin) {

    static ClientIntroduction of(MessageOrigin origin) {
        return new ClientIntroduction(origin);
    }

    /**
     * Tells it, where the downstream accepts XCLIENT.
     *
     * @throws RelayException if the session does not go on from there; the connection is closed
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
            SmtpReply greeting = ask(connection, out.toString());
            SmtpReply hello =
                    greeting.isPositive()
                            ? ask(connection, connection.dialect().hello() + " " + hostname.ascii())
                            : greeting;
            if (!hello.isPositive()) {
                connection.wire().close();
                throw new RelayException(
                        Step.ORIGIN, new RecipientOutcome.Deferred(Replies.kept(hello)));
            }
            connection.extensions(Extensions.parse(hello));
        } catch (WireException e) {
            connection.wire().close();
            throw new RelayException(
                    Step.ORIGIN, Replies.broken(e, Step.ORIGIN, connection.peer(), false), e);
        }
    }

    private static SmtpReply ask(Connection connection, String command) throws WireException {
        byte[] line = (command + "\r\n").getBytes(StandardCharsets.US_ASCII);
        connection.wire().write(line, 0, line.length, connection.timeouts().reply());
        return connection.wire().readReply(connection.timeouts().reply());
    }
}
