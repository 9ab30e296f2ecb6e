package org.postern.auth;

import java.net.InetAddress;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Whose message it is, for those who are asked about it beside us.
 *
 * @param address the address that SPF and iprev look at
 * @param helo the HELO name that goes with it
 * @param name waits for the name that leads back to the address (RFC 8601, 2.7.3), no longer than
 *     {@code authentication.deadline} from when this was made; empty where there is none. May be
 *     asked from any thread
 */
public record TrueClient(InetAddress address, String helo, Supplier<Optional<String>> name) {}
