package org.postern.auth;

import java.net.InetAddress;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.ReversePath;

/**
 * What is known of a message when MAIL has been given.
 *
 * @param client the true client address, after any PROXY header
 * @param helo the EHLO or HELO argument as given; empty where there was none
 * @param from the reverse-path as text, valid or not; empty is the null reverse-path
 * @param origin how far the address is to be believed
 * @param at the time to check signatures at, or null for now
 * @param local our end of the connection: whoever comes from there is ourselves; null where it is
 *     not known
 */
public record AuthenticationRequest(
        InetAddress client,
        String helo,
        String from,
        Origin origin,
        @Nullable Instant at,
        @Nullable InetAddress local) {

    /** Where the client address comes from. */
    public enum Origin {
        /** A connection to us: it may be a balancer's, a relay's or otherwise implausible. */
        CONNECTION,
        /** A connection of our own probe: judged as any other, and left out of what is learned. */
        PROBE,
        /** A person says so: it is taken as true. */
        STATED
    }

    /** One whose end of the connection is not known. */
    public AuthenticationRequest(
            InetAddress client, String helo, String from, Origin origin, @Nullable Instant at) {
        this(client, helo, from, origin, at, null);
    }

    /** A message that comes in over a connection. */
    public static AuthenticationRequest ofConnection(
            InetAddress client, InetAddress local, String helo, ReversePath from) {
        return new AuthenticationRequest(
                client, helo, from.toString(), Origin.CONNECTION, null, local);
    }

    /** The same for a message of our own probe. */
    public static AuthenticationRequest ofProbe(
            InetAddress client, InetAddress local, String helo, ReversePath from) {
        return new AuthenticationRequest(client, helo, from.toString(), Origin.PROBE, null, local);
    }

    /** A message of which a person says where it came from. */
    public static AuthenticationRequest stated(InetAddress client, String helo, String from) {
        return new AuthenticationRequest(client, helo, from, Origin.STATED, null);
    }
}
