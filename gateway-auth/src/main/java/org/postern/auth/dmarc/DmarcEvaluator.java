package org.postern.auth.dmarc;

import java.util.ArrayList;
import java.util.List;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.from.Authors;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.DmarcResult.Policy;
import org.postern.core.authres.SpfResult;
import org.postern.core.mail.Domain;

/**
 * Evaluates DMARC (RFC 9989, 5.3) from the authors and the results of SPF and DKIM. Thread-safe;
 * blocks on the DNS within the budget and throws nothing.
 */
public final class DmarcEvaluator {
    private final DnsClient dns;
    private final List<Domain> exceptions;

    /**
     * An evaluator that asks this client.
     *
     * @param exceptions author domains whose policy is not enforced: among several authors their
     *     failure does not stand for the failure of another
     */
    public DmarcEvaluator(DnsClient dns, List<Domain> exceptions) {
        this.dns = dns;
        this.exceptions = List.copyOf(exceptions);
    }

    /**
     * Evaluates one message.
     *
     * @param authors what its From field gives
     * @param spf SPF's result for the MAIL FROM identity (3.2.4: the HELO identity never counts)
     * @param dkim DKIM's result for each signature
     * @param budget what may be asked in the DNS
     */
    public DmarcEvaluation evaluate(
            Authors authors, SpfResult spf, List<DkimResult> dkim, DnsBudget budget) {
        return switch (authors) {
            case Authors.OneDomain one -> {
                List<String> trace = new ArrayList<>();
                trace.add("author domain: " + one.domain());
                trace.addAll(one.remarks());
                TreeWalk walks = new TreeWalk(dns, budget, trace);
                yield new AuthorCheck(dns, walks, one.domain(), spf, dkim, budget, trace).run();
            }
            case Authors.SeveralDomains several -> strictest(several, spf, dkim, budget);
            case Authors.Dubious dubious -> new DmarcEvaluation(dubious(dubious), dkim);
        };
    }

    /** A message that has no one author is outside of DMARC, and no less a threat (11.5). */
    private static DmarcResult dubious(Authors.Dubious dubious) {
        List<String> trace = new ArrayList<>();
        trace.add(dubious.flaw().explanation());
        trace.addAll(dubious.remarks());
        return new DmarcResult(
                AuthResult.PERMERROR,
                null,
                null,
                null,
                null,
                Policy.REJECT,
                List.of(),
                DmarcReasons.DUBIOUS_FROM + dubious.flaw().word(),
                trace);
    }

    /** Checks each domain; the strictest outcome is the message's (11.5). */
    private DmarcEvaluation strictest(
            Authors.SeveralDomains several,
            SpfResult spf,
            List<DkimResult> dkim,
            DnsBudget budget) {
        List<String> trace = new ArrayList<>();
        trace.add("authors in " + several.domains().size() + " domains, each is checked");
        trace.addAll(several.remarks());
        DmarcEvaluation strictest = null;
        for (Domain domain : several.domains()) {
            trace.add("author domain: " + domain);
            TreeWalk walks = new TreeWalk(dns, budget, trace);
            DmarcEvaluation one =
                    new AuthorCheck(dns, walks, domain, spf, dkim, budget, trace).run();
            if (strictest == null || strictness(one.result()) > strictness(strictest.result())) {
                strictest = one;
            }
        }
        if (strictest == null) {
            return new DmarcEvaluation(
                    dubious(new Authors.Dubious(Authors.Flaw.EMPTY, List.of())), dkim);
        }
        DmarcResult r = strictest.result();
        trace.add("the strictest outcome is that of " + r.authorDomain());
        return new DmarcEvaluation(
                new DmarcResult(
                        r.result(),
                        r.authorDomain(),
                        r.policyDomain(),
                        r.organizationalDomain(),
                        r.policy(),
                        r.disposition(),
                        r.alignedBy(),
                        r.reason(),
                        trace,
                        several.domains().stream().map(Domain::ascii).toList()),
                strictest.dkim());
    }

    /**
     * A verdict that is not known yet goes before each known one that it could still outdo, and one
     * that is not enforced asks for nothing: no author can shield another.
     */
    private int strictness(DmarcResult result) {
        return switch (result.result()) {
            case FAIL, SOFTFAIL, POLICY ->
                    switch (isExcepted(result) ? Policy.NONE : result.disposition()) {
                        case REJECT -> 8;
                        case QUARANTINE -> 6;
                        case NONE -> 2;
                    };
            case TEMPERROR -> open(result);
            case PERMERROR -> 4;
            case NONE, NEUTRAL -> 1;
            case PASS -> 0;
        };
    }

    private static int open(DmarcResult result) {
        return switch (result.policy()) {
            case null -> result.alignedBy().isEmpty() ? 7 : 1; // aligned: any policy is met
            case REJECT -> 7;
            case QUARANTINE -> 5;
            case NONE -> 3;
        };
    }

    private boolean isExcepted(DmarcResult result) {
        String author = result.authorDomain();
        return author != null && exceptions.stream().anyMatch(Domain.of(author)::isWithin);
    }
}
