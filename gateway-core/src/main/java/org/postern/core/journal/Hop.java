package org.postern.core.journal;

import java.net.InetAddress;

/**
 * A client that a Received field on top of a message names.
 *
 * @param address its address
 * @param helo the name it gave, or empty
 */
public record Hop(InetAddress address, String helo) {}
