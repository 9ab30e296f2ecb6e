package org.postern.auth;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/**
 * Whose message it is, for those who are asked about it beside us.
 *
 * @param address the address that SPF and iprev look at
 * @param helo the HELO name that goes with it
 * @param name waits for the name that leads back to the address (RFC 8601, 2.7.3), no longer than
 *     it is told to; empty where there is none or none is known by then. The look-up itself goes on
 *     for those who wait longer. May be asked from any thread
 */
public record TrueClient(
        InetAddress address, String helo, Function<Duration, Optional<String>> name) {}
