package org.postern.app.frontdoor;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How the gateway knows the sessions of its own probe, also when they come back by way of a
 * balancer: by an EHLO name that nobody can guess and that holds for one session. What is learned
 * of senders (reputation, harvesters, the stream of clients) leaves these sessions out; checks and
 * rules do not. Thread-safe.
 */
public final class ProbeMark {
    private static final int OCTETS = 16;
    private static final String PREFIX = "probe-";

    // RFC 6761, 6.4: nobody has a name below it, so no resolver is asked for one
    private static final String SUFFIX = ".postern.invalid";

    private final SecureRandom random = new SecureRandom();
    private final Set<String> names = ConcurrentHashMap.newKeySet();

    /** A name for one session, to be {@link #retire retired} at its end. */
    public String issue() {
        byte[] octets = new byte[OCTETS];
        random.nextBytes(octets);
        String name = PREFIX + HexFormat.of().formatHex(octets) + SUFFIX;
        names.add(name);
        return name;
    }

    /** Forgets a name. */
    public void retire(String name) {
        names.remove(name);
    }

    /** Whether a session that greets with this name is our own probe's. */
    public boolean isOn(String helo) {
        return helo.startsWith(PREFIX) && names.contains(helo);
    }
}
