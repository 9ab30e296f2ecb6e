package org.postern.smtp.session;

/**
 * A client's introduction (RFC 5321, 4.1.1.1).
 *
 * @param name the domain or address literal as the client wrote it, of good form
 * @param extended whether it said EHLO
 */
public record Helo(String name, boolean extended) {}
