package org.postern.auth.spf;

import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.core.authres.SpfResult;
import org.postern.core.time.TimeSource;

/**
 * Evaluates SPF: {@code check_host()} of RFC 7208, 4. Never throws for anything that a client or a
 * publisher says; blocks for as long as the budget's deadline allows. Work is bounded by the
 * standard's limits: 10 terms that ask the DNS, 10 exchangers or names for each, 11 records of 64
 * KB. Thread-safe.
 *
 * <p>What RFC 7208 leaves open is decided in {@code docs/decisions/0101}.
 */
public final class SpfEvaluator {
    private final DnsClient dns;
    private final TimeSource time;
    private final String receiver;
    private final SpfRecords records = new SpfRecords();

    /**
     * An evaluator.
     *
     * @param receiver our host name, for the macro {@code r}; "unknown" if there is none
     */
    public SpfEvaluator(DnsClient dns, TimeSource time, String receiver) {
        this.dns = dns;
        this.time = time;
        this.receiver = receiver;
    }

    /** Checks one identity. */
    public SpfResult check(SpfRequest request, DnsBudget budget) {
        long start = time.nanoTime();
        SpfCheck check = new SpfCheck(records, dns, budget, request, receiver, time);
        SpfOutcome outcome = check.run();
        return new SpfResult(
                outcome.result(),
                request.identity(),
                request.domain(),
                outcome.mechanism(),
                outcome.reason(),
                check.explanation(outcome),
                check.trace(),
                check.lookups(),
                check.voidLookups(),
                time.nanoTime() - start);
    }
}
