package org.postern.auth.client;

import java.net.InetAddress;

/** Whose address SPF and iprev are to look at. */
public sealed interface ClientAddress {
    /** The reason of a check that did not run because no plausible address is known. */
    String IMPLAUSIBLE = org.postern.core.authres.Known.IMPLAUSIBLE;

    /** The address that is known best: the one to look at, or the one that cannot be right. */
    InetAddress address();

    /** One line for people. */
    String explanation();

    /**
     * An address that can be a sender's.
     *
     * @param address the address
     * @param helo the HELO name that goes with it
     * @param explanation where it comes from
     */
    record Known(InetAddress address, String helo, String explanation) implements ClientAddress {}

    /**
     * The client is a trusted relay; the address stands in its Received field.
     *
     * @param address the relay's
     * @param explanation that it is one
     */
    record BehindRelay(InetAddress address, String explanation) implements ClientAddress {}

    /**
     * An address that cannot be a sender's, so that nothing is known.
     *
     * @param address the address
     * @param explanation why not, and what to configure
     */
    record Implausible(InetAddress address, String explanation) implements ClientAddress {}
}
