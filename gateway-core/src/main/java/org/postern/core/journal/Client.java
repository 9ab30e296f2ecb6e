package org.postern.core.journal;

import java.net.InetAddress;

/**
 * Who spoke to us.
 *
 * @param address the true client: from the PROXY header or XCLIENT of a listed host, else the
 *     socket's
 * @param peer the other end of the socket
 * @param helo the name of HELO or EHLO as given, empty before it
 * @param tls whether the session is encrypted
 */
public record Client(InetAddress address, InetAddress peer, String helo, boolean tls) {}
