package org.postern.auth.dns;

/**
 * A TLSA record (RFC 6698, 2.1), worth something only in an authentic answer.
 *
 * @param usage certificate usage
 * @param selector what of the certificate is meant
 * @param matchingType how it is compared
 * @param data certificate association data, shared: not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; a copy for each reader is waste
public record TlsaRecord(int usage, int selector, int matchingType, byte[] data) {}
