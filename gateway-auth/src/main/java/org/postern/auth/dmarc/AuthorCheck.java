package org.postern.auth.dmarc;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.DmarcResult.Policy;
import org.postern.core.authres.SpfResult;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;

/**
 * DMARC for one author domain: which record applies, what aligns with it, and so the verdict (RFC
 * 9989, 5.3.2 to 5.3.5). One message, one thread.
 */
final class AuthorCheck {
    private final DnsClient dns;
    private final TreeWalk walks;
    private final Domain author;
    private final SpfResult spf;
    private final List<DkimResult> dkim;
    private final DnsBudget budget;
    private final List<String> trace;

    AuthorCheck(
            DnsClient dns,
            TreeWalk walks,
            Domain author,
            SpfResult spf,
            List<DkimResult> dkim,
            DnsBudget budget,
            List<String> trace) {
        this.dns = dns;
        this.walks = walks;
        this.author = author;
        this.spf = spf;
        this.dkim = dkim;
        this.budget = budget;
        this.trace = trace;
    }

    DmarcEvaluation run() {
        TreeWalk.Walk walk = walks.walk(author);
        Domain organization = walk.organizationalDomain();
        TreeWalk.Found applied = applied(walk, organization);
        if (applied == null) {
            return withoutRecord(walk, organization);
        }
        DmarcRecord record = applied.record();
        boolean unusable = record.p() == null || record.policyBroken();
        if (unusable && !record.reportable()) {
            // 4.10.1: neither a valid policy nor anybody to tell: no DMARC processing
            trace.add("the record of " + applied.domain() + " has no valid policy");
            return new DmarcEvaluation(
                    result(
                            record.policyBroken() ? AuthResult.PERMERROR : AuthResult.NONE,
                            applied,
                            organization,
                            null,
                            List.of(),
                            record.policyBroken()
                                    ? DmarcReasons.BROKEN_RECORD
                                    : DmarcReasons.NO_POLICY),
                    dkim);
        }
        PolicyChoice choice =
                unusable
                        ? new PolicyChoice(Policy.NONE, "no valid policy, so p=none")
                        : choose(applied);
        trace.add("policy: " + choice.why());
        return align(applied, organization, choice);
    }

    /** The record that applies (4.10.1), or null if there is none or it cannot be known. */
    private TreeWalk.@Nullable Found applied(TreeWalk.Walk walk, @Nullable Domain organization) {
        TreeWalk.Found own = walk.own();
        if (own != null) {
            return own;
        }
        if (organization == null) {
            return null;
        }
        for (TreeWalk.Found found : walk.found()) {
            if (found.domain().equals(organization)) {
                return found;
            }
        }
        TreeWalk.Found last = walk.found().isEmpty() ? null : walk.found().getLast();
        return last != null && last.suffix() ? last : null;
    }

    private DmarcEvaluation withoutRecord(TreeWalk.Walk walk, @Nullable Domain organization) {
        String trouble = walk.trouble();
        if (trouble != null) {
            trace.add("whether there is a policy cannot be known now: " + trouble);
            return new DmarcEvaluation(
                    result(
                            AuthResult.TEMPERROR,
                            null,
                            organization,
                            null,
                            passingAsAuthor(),
                            DmarcReasons.RECORD_UNKNOWN),
                    dkim);
        }
        trace.add("no DMARC record applies to " + author);
        return new DmarcEvaluation(
                result(
                        AuthResult.NONE,
                        null,
                        organization,
                        null,
                        List.of(),
                        walk.several() ? DmarcReasons.SEVERAL_RECORDS : DmarcReasons.NO_RECORD),
                dkim);
    }

    /** Methods that pass for the author's very domain, and so under any policy. */
    private List<String> passingAsAuthor() {
        List<String> methods = new ArrayList<>();
        if (spf.result() == AuthResult.PASS && isAuthor(spf.domain())) {
            methods.add("spf");
        }
        if (dkim.stream().anyMatch(d -> d.vouches() && isAuthor(d.domain()))) {
            methods.add("dkim");
        }
        return methods;
    }

    private boolean isAuthor(@Nullable String domain) {
        Domain parsed = domainOrNull(domain);
        return parsed != null && parsed.equals(author);
    }

    /**
     * The policy that a record states for this author (4.10.1).
     *
     * @param policy the policy after {@code t=y}; null if it depends on whether the domain exists
     *     and that is not known
     * @param why for people
     */
    private record PolicyChoice(@Nullable Policy policy, String why) {
        boolean known() {
            return policy != null;
        }
    }

    private PolicyChoice choose(TreeWalk.Found applied) {
        DmarcRecord record = applied.record();
        Policy p = record.p() == null ? Policy.NONE : record.p();
        if (applied.domain().equals(author)) {
            return choice(record, p, "p=" + p.word() + " of " + author);
        }
        Policy sp = record.sp();
        Policy existing = sp == null ? p : sp;
        String where = " of " + applied.domain() + " for its subdomains";
        PolicyChoice ifItExists =
                choice(record, existing, (sp == null ? "p=" : "sp=") + existing.word() + where);
        Policy np = record.np();
        if (np == null) {
            return ifItExists;
        }
        PolicyChoice ifNot = choice(record, np, "np=" + np.word() + where);
        if (ifNot.policy() == ifItExists.policy()) {
            return ifItExists;
        }
        Boolean exists = exists(author);
        if (exists == null) {
            return new PolicyChoice(
                    null,
                    ifItExists.why()
                            + " or "
                            + ifNot.why()
                            + ": whether "
                            + author
                            + " exists is not known now");
        }
        return exists
                ? new PolicyChoice(
                        ifItExists.policy(), ifItExists.why() + ", " + author + " exists")
                : new PolicyChoice(ifNot.policy(), ifNot.why() + ", " + author + " does not exist");
    }

    private static PolicyChoice choice(DmarcRecord record, Policy policy, String why) {
        if (!record.testing() || policy == Policy.NONE) {
            return new PolicyChoice(policy, why);
        }
        // 4.7, t=y: one level below what is stated
        Policy lower = policy == Policy.REJECT ? Policy.QUARANTINE : Policy.NONE;
        return new PolicyChoice(lower, why + ", in test (t=y), so " + lower.word());
    }

    private DmarcEvaluation align(
            TreeWalk.Found applied, @Nullable Domain organization, PolicyChoice choice) {
        Alignment alignment = new Alignment(walks, author, organization);
        DmarcRecord record = applied.record();
        List<String> alignedBy = new ArrayList<>(2);
        boolean open = false;
        Domain spfDomain = domainOrNull(spf.domain());
        if (spfDomain != null && (spf.result() == AuthResult.PASS || isOpen(spf))) {
            Alignment.Answer answer = alignment.of(spfDomain, record.strictSpf());
            trace.add(say("SPF", spf.result(), spfDomain, record.strictSpf(), answer));
            if (spf.result() == AuthResult.PASS && answer == Alignment.Answer.YES) {
                alignedBy.add("spf");
            } else {
                open = answer != Alignment.Answer.NO;
            }
        } else {
            trace.add("SPF gave " + spf.result().word() + " (" + spf.reason() + ")");
        }
        List<DkimResult> marked = new ArrayList<>(dkim.size());
        for (DkimResult signature : dkim) {
            Domain domain = domainOrNull(signature.domain());
            Alignment.Answer answer =
                    domain == null
                            ? Alignment.Answer.NO
                            : alignment.of(domain, record.strictDkim());
            marked.add(signature.withAligned(answer == Alignment.Answer.YES));
            if (domain != null) {
                trace.add(say("DKIM", signature.result(), domain, record.strictDkim(), answer));
            }
            if (signature.vouches() && answer == Alignment.Answer.YES) {
                if (!alignedBy.contains("dkim")) {
                    alignedBy.add("dkim");
                }
            } else if (signature.vouches() || signature.result() == AuthResult.TEMPERROR) {
                open |= answer != Alignment.Answer.NO;
            }
        }
        if (dkim.isEmpty()) {
            trace.add("DKIM: no signature");
        }
        return new DmarcEvaluation(
                decide(applied, organization, choice, alignedBy, open, marked), marked);
    }

    private DmarcResult decide(
            TreeWalk.Found applied,
            @Nullable Domain organization,
            PolicyChoice choice,
            List<String> alignedBy,
            boolean open,
            List<DkimResult> marked) {
        AuthResult result;
        String reason;
        if (!alignedBy.isEmpty()) {
            result = AuthResult.PASS;
            reason = DmarcReasons.pass(alignedBy);
        } else if (open) {
            // what could not be known might have been the aligned pass
            result = AuthResult.TEMPERROR;
            reason = DmarcReasons.halves(result, spf, marked);
        } else if (!choice.known()) {
            result = AuthResult.TEMPERROR;
            reason = DmarcReasons.EXISTENCE_UNKNOWN;
        } else {
            result = AuthResult.FAIL;
            reason = DmarcReasons.halves(result, spf, marked);
        }
        return result(result, applied, organization, choice.policy(), alignedBy, reason);
    }

    private DmarcResult result(
            AuthResult result,
            TreeWalk.@Nullable Found applied,
            @Nullable Domain organization,
            @Nullable Policy policy,
            List<String> alignedBy,
            String reason) {
        return new DmarcResult(
                result,
                author.ascii(),
                applied == null ? null : applied.domain().ascii(),
                organization == null ? null : organization.ascii(),
                policy,
                result == AuthResult.FAIL && policy != null ? policy : Policy.NONE,
                alignedBy,
                reason,
                trace);
    }

    /** Whether a domain exists (3.2.13): only NXDOMAIN says that it does not. */
    private @Nullable Boolean exists(Domain domain) {
        return switch (dns.a(DnsName.of(domain), budget)) {
            case DnsAnswer.Found<?> _, DnsAnswer.NoData<?> _ -> true;
            case DnsAnswer.NxDomain<?> _ -> false;
            case DnsAnswer.TempError<?> _ -> null;
        };
    }

    /** Whether SPF might have passed had it been possible to ask. */
    private static boolean isOpen(SpfResult spf) {
        return spf.result() == AuthResult.TEMPERROR || DmarcReasons.isImplausible(spf);
    }

    private static String say(
            String method,
            AuthResult result,
            Domain domain,
            boolean strict,
            Alignment.Answer answer) {
        return method
                + " gave "
                + result.word()
                + " for "
                + domain
                + ": "
                + switch (answer) {
                    case YES -> result == AuthResult.PASS ? "aligned" : "would be aligned";
                    case NO -> "not aligned";
                    case UNKNOWN -> "alignment not known now";
                }
                + (strict ? " (strict)" : " (relaxed)");
    }

    private static @Nullable Domain domainOrNull(@Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return Domain.parse(text);
        } catch (InvalidAddressException e) {
            return null;
        }
    }
}
