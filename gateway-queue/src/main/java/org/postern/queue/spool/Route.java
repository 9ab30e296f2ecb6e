package org.postern.queue.spool;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Envelope;
import org.postern.core.mail.Recipient;

/**
 * The route of a message: what the queue asks about before it is claimed, so that a downstream that
 * is slow holds up no other. One part for each domain of its recipients, and one for each
 * downstream that a recipient had of its own when the message came.
 */
public final class Route {
    /** The note that holds the route of a message with recipients who had their own downstream. */
    public static final String NOTE = "route";

    private static final char OWN = '>';

    private Route() {}

    /** The parts of a message's route, sorted, joined by commas. */
    public static String of(Envelope envelope, Map<String, String> notes) {
        return notes.getOrDefault(NOTE, of(envelope, (EmailAddress address) -> null));
    }

    /**
     * The same at acceptance.
     *
     * @param own the name of a recipient's own downstream, null where it goes with its domain
     */
    public static String of(Envelope envelope, Function<EmailAddress, @Nullable String> own) {
        if (envelope.recipients().size() == 1) {
            return part(envelope.recipients().getFirst().address(), own);
        }
        Set<String> parts = new TreeSet<>();
        for (Recipient r : envelope.recipients()) {
            parts.add(part(r.address(), own));
        }
        return String.join(",", parts);
    }

    private static String part(EmailAddress address, Function<EmailAddress, @Nullable String> own) {
        String host = address.host().ascii();
        @Nullable String downstream = own.apply(address);
        // a comma would part it, and no host holds what sets a name off
        return downstream == null ? host : host + OWN + downstream.replace(',', '_');
    }

    /** The parts of a route. */
    public static List<String> parts(String route) {
        return List.of(route.split(",", -1));
    }

    /** The domains of a route, each once. */
    public static List<String> hosts(String route) {
        return parts(route).stream().map(Route::host).distinct().toList();
    }

    /** Whether a recipient had a downstream of its own. */
    public static boolean leadsElsewhere(String route) {
        return route.indexOf(OWN) >= 0;
    }

    /** Whether a character goes on with the host of a part. */
    static boolean isOfHost(char c) {
        return c != ',' && c != OWN;
    }

    /** The host of a part, in A-labels. */
    public static String host(String part) {
        int end = part.indexOf(OWN);
        return end < 0 ? part : part.substring(0, end);
    }

    /** The downstream that a part names, or null where it goes with its domain. */
    public static @Nullable String downstream(String part) {
        int end = part.indexOf(OWN);
        return end < 0 ? null : part.substring(end + 1);
    }
}
