package org.postern.core.config;

import java.util.List;
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

    /**
     * Reads the section.
     *
     * @param listeners where clients come in: without any limit, not from outside
     */
    static Limits read(Section s, List<ListenerConfig> listeners, ProblemCollector problems) {
        Limits.Builder b = new Limits.Builder();
        set(s, LimitKeys.CONNECTIONS, b::connections);
        set(s, LimitKeys.CONNECTIONS_PER_CLIENT, b::connectionsPerClient);
        set(s, LimitKeys.CONNECTIONS_PER_NETWORK, b::connectionsPerNetwork);
        set(s, LimitKeys.CONNECTION_RATE_PER_CLIENT, b::connectionRatePerClient);
        set(s, LimitKeys.COMMANDS, b::commands);
        set(s, LimitKeys.ERRORS, b::errors);
        set(s, LimitKeys.UNKNOWN_RECIPIENTS, b::unknownRecipients);
        set(s, LimitKeys.RECIPIENTS, b::recipients);
        set(s, LimitKeys.LINE_BYTES, b::lineBytes);
        set(s, LimitKeys.HEADER_BYTES, b::headerBytes);
        set(s, LimitKeys.MESSAGE_BYTES, b::messageBytes);
        set(s, LimitKeys.COMMAND_TIMEOUT, b::commandTimeout);
        set(s, LimitKeys.WRITE_TIMEOUT, b::writeTimeout);
        set(s, LimitKeys.MESSAGE_TIMEOUT, b::messageTimeout);
        set(s, LimitKeys.SESSION_TIMEOUT, b::sessionTimeout);
        set(s, LimitKeys.GREET_DELAY, b::greetDelay);
        set(s, LimitKeys.BARE_NEWLINE, b::bareNewline);
        set(s, LimitKeys.MAX_RECEIVED_HOPS, b::maxReceivedHops);
        set(s, LimitKeys.DRAIN, b::drain);
        s.finish();
        Limits limits = b.build();
        if (!s.has(LimitKeys.CONNECTIONS_PER_NETWORK) && s.has(LimitKeys.CONNECTIONS_PER_CLIENT)) {
            limits = withRoomForOneClient(limits);
        }
        warnOfTightOnes(s, limits, problems);
        if (listeners.stream().anyMatch(l -> !l.address().isLoopbackAddress())) {
            warnOfMissingOnes(s, problems);
        }
        return limits;
    }

    private static <T> void set(Section s, Key<T> key, Consumer<T> setter) {
        s.one(key).ifPresent(setter);
    }

    private static void warnOfMissingOnes(Section s, ProblemCollector problems) {
        for (Key<?> key : LimitKeys.ALL) {
            boolean bound =
                    !key.equals(LimitKeys.GREET_DELAY) && !key.equals(LimitKeys.BARE_NEWLINE);
            if (bound && s.isZero(key)) {
                problems.warning(
                        s.placeOf(key),
                        key.path() + " is 0, no limit, on a listener that is open to others");
            }
        }
    }

    private static void warnOfTightOnes(Section s, Limits limits, ProblemCollector problems) {
        // RFC 5321, 4.5.3.1.4: a server takes command lines of 512 octets
        if (limits.lineBytes() != 0 && limits.lineBytes() < 512) {
            problems.warning(
                    s.placeOf(LimitKeys.LINE_BYTES),
                    "limits.line-bytes is below the 512 of RFC 5321, 4.5.3.1.4");
        }
        // RFC 5321, 4.5.3.1.7: and messages of 64K octets
        if (limits.messageBytes() != 0 && limits.messageBytes() < 65_536) {
            problems.warning(
                    s.placeOf(LimitKeys.MESSAGE_BYTES),
                    "limits.message-bytes is below the 64KB of RFC 5321, 4.5.3.1.7");
        }
        // RFC 5321, 4.5.3.1.8: and 100 recipients
        if (limits.recipients() != 0 && limits.recipients() < 100) {
            problems.warning(
                    s.placeOf(LimitKeys.RECIPIENTS),
                    "limits.recipients is below the 100 of RFC 5321, 4.5.3.1.8");
        }
    }
}
