package org.postern.auth.dns;

/** Where the cache gets its answers: the servers, or a script in a test. */
interface Upstream {
    /**
     * Asks. Blocks, in bounded time; throws nothing.
     *
     * @return an answer, a trouble among them
     */
    Resolution resolve(DnsName name, QueryType type);
}
