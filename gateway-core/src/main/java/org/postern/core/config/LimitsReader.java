package org.postern.core.config;

import java.util.function.Consumer;
import org.postern.core.problem.ProblemCollector;

/** Reads section {@code limits}. */
final class LimitsReader {
    private LimitsReader() {}

    /** What one client may have, its network may have too, where nothing else is said of it. */
    private static Limits withRoomForOneClient(Limits limits) {
        int client = limits.connectionsPerClient();
        int network = client == 0 ? 0 : Math.max(client, limits.connectionsPerNetwork());
        return limits.toBuilder().connectionsPerNetwork(network).build();
    }

    static Limits read(Section s, ProblemCollector problems) {
        Limits.Builder b = new Limits.Builder();
        set(s, Keys.CONNECTIONS, b::connections);
        set(s, Keys.CONNECTIONS_PER_CLIENT, b::connectionsPerClient);
        set(s, Keys.CONNECTIONS_PER_NETWORK, b::connectionsPerNetwork);
        set(s, Keys.CONNECTION_RATE_PER_CLIENT, b::connectionRatePerClient);
        set(s, Keys.COMMANDS, b::commands);
        set(s, Keys.ERRORS, b::errors);
        set(s, Keys.UNKNOWN_RECIPIENTS, b::unknownRecipients);
        set(s, Keys.RECIPIENTS, b::recipients);
        set(s, Keys.LINE_BYTES, b::lineBytes);
        set(s, Keys.HEADER_BYTES, b::headerBytes);
        set(s, Keys.MESSAGE_BYTES, b::messageBytes);
        set(s, Keys.COMMAND_TIMEOUT, b::commandTimeout);
        set(s, Keys.WRITE_TIMEOUT, b::writeTimeout);
        set(s, Keys.MESSAGE_TIMEOUT, b::messageTimeout);
        set(s, Keys.SESSION_TIMEOUT, b::sessionTimeout);
        set(s, Keys.GREET_DELAY, b::greetDelay);
        set(s, Keys.BARE_NEWLINE, b::bareNewline);
        set(s, Keys.MAX_RECEIVED_HOPS, b::maxReceivedHops);
        set(s, Keys.DRAIN, b::drain);
        s.finish();
        Limits limits = b.build();
        if (!s.has(Keys.CONNECTIONS_PER_NETWORK) && s.has(Keys.CONNECTIONS_PER_CLIENT)) {
            limits = withRoomForOneClient(limits);
        }
        warnOfTightOnes(s, limits, problems);
        return limits;
    }

    private static <T> void set(Section s, Key<T> key, Consumer<T> setter) {
        s.one(key).ifPresent(setter);
    }

    private static void warnOfTightOnes(Section s, Limits limits, ProblemCollector problems) {
        // RFC 5321, 4.5.3.1.4: a server takes command lines of 512 octets
        if (limits.lineBytes() != 0 && limits.lineBytes() < 512) {
            problems.warning(
                    s.placeOf(Keys.LINE_BYTES),
                    "limits.line-bytes is below the 512 of RFC 5321, 4.5.3.1.4");
        }
        // RFC 5321, 4.5.3.1.7: and messages of 64K octets
        if (limits.messageBytes() != 0 && limits.messageBytes() < 65_536) {
            problems.warning(
                    s.placeOf(Keys.MESSAGE_BYTES),
                    "limits.message-bytes is below the 64KB of RFC 5321, 4.5.3.1.7");
        }
        // RFC 5321, 4.5.3.1.8: and 100 recipients
        if (limits.recipients() != 0 && limits.recipients() < 100) {
            problems.warning(
                    s.placeOf(Keys.RECIPIENTS),
                    "limits.recipients is below the 100 of RFC 5321, 4.5.3.1.8");
        }
    }
}
