package org.postern.auth.secondopinion;

import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.SpfResult;

/** jSPF's result beside ours, and why the two may differ. Thread-safe. */
final class JspfOpinion {
    private static final String SOURCE = "jSPF";

    private final SpfSecondOpinion jspf;

    JspfOpinion(DnsClient dns) {
        jspf = new SpfSecondOpinion(dns);
    }

    Opinion on(String subject, SpfRequest request, SpfResult ours, DnsBudget budget) {
        AuthResult theirs = jspf.check(request, budget);
        boolean agrees = theirs == ours.result();
        String reason = agrees ? "agree" : reason(ours);
        return new Opinion(
                SOURCE,
                subject,
                theirs.word(),
                ours.result().word(),
                agrees,
                reason,
                detail(reason, ours));
    }

    /** Why it may differ: what RFC 7208 added, which jSPF does not know. */
    private static String reason(SpfResult ours) {
        return switch (ours.reason()) {
            case "spf.permerror.too-many-void-lookups" -> "jspf.no-void-limit";
            case "spf.permerror.too-many-mx" -> "jspf.no-mx-limit";
            case "spf.permerror.too-many-lookups" -> "jspf.counts-otherwise";
            case "spf.permerror.multiple-records" -> "jspf.record-selection";
            case "spf.permerror.syntax" -> "jspf.rfc4408-syntax";
            default -> ours.result() == AuthResult.TEMPERROR ? "jspf.other-moment" : "unexplained";
        };
    }

    private static String detail(String reason, SpfResult ours) {
        return switch (reason) {
            case "agree" -> "";
            case "jspf.no-void-limit" -> "it has no limit on void look-ups (RFC 7208, 4.6.4)";
            case "jspf.no-mx-limit" -> "it does not refuse more than 10 exchangers (4.6.4)";
            case "jspf.counts-otherwise" -> "it counts look-ups as RFC 4408 did";
            case "jspf.record-selection" -> "it chooses among several records otherwise (4.5)";
            case "jspf.rfc4408-syntax" -> "it reads records by RFC 4408's grammar";
            case "jspf.other-moment" -> "the DNS failed for one of the two";
            default -> "ours: " + ours.reason();
        };
    }
}
