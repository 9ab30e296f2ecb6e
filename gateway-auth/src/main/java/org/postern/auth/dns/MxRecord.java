package org.postern.auth.dns;

/**
 * A mail exchanger (RFC 1035, 3.3.9).
 *
 * @param preference lower goes first
 * @param exchange the host; the root in a null MX (RFC 7505)
 */
public record MxRecord(int preference, DnsName exchange) {}
