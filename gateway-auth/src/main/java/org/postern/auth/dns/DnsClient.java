package org.postern.auth.dns;

import java.net.InetAddress;

/**
 * Asks the DNS. Each method blocks its caller until there is an answer or the budget's deadline has
 * passed, never longer, and throws nothing: troubles are {@link DnsAnswer.TempError}, and so is an
 * interrupt, which stays set on the thread. Implementations are thread-safe; meant for virtual
 * threads.
 */
public interface DnsClient {
    /**
     * TXT records, the character-strings of each put together without anything between (RFC 7208,
     * 3.3; RFC 6376, 3.6.2.2). Octets as published, shared with other callers: not to be changed.
     */
    DnsAnswer<byte[]> txt(DnsName name, DnsBudget budget);

    /** IPv4 addresses. */
    DnsAnswer<InetAddress> a(DnsName name, DnsBudget budget);

    /** IPv6 addresses. */
    DnsAnswer<InetAddress> aaaa(DnsName name, DnsBudget budget);

    /** Mail exchangers, in the order of the answer, not sorted by preference. */
    DnsAnswer<MxRecord> mx(DnsName name, DnsBudget budget);

    /** Names of an address, from its place in {@code in-addr.arpa} or {@code ip6.arpa}. */
    DnsAnswer<DnsName> ptr(InetAddress address, DnsBudget budget);

    /** TLSA records (RFC 6698); the caller checks that the answer is authentic. */
    DnsAnswer<TlsaRecord> tlsa(DnsName name, DnsBudget budget);
}
