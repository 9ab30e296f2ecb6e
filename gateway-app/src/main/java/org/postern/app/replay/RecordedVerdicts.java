package org.postern.app.replay;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postern.app.journal.EvidenceRow;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.DnsFact;
import org.postern.core.journal.Hop;
import org.postern.core.net.Ip;
import tools.jackson.databind.JsonNode;

/** Reads the journal's evidence back into the verdicts that it was made from. */
final class RecordedVerdicts {
    private RecordedVerdicts() {}

    /** A DNS answer of the record. */
    private record Fact(String type, String name, String outcome, List<String> records)
            implements DnsFact {}

    static Verdicts of(JsonNode detail) {
        List<DkimResult> dkim = new ArrayList<>();
        detail.path("dkim").forEach(one -> dkim.add(dkim(one)));
        return new Verdicts(
                spf(detail.path("spf"), SpfResult.Identity.MAILFROM),
                spf(detail.path("helo_spf"), SpfResult.Identity.HELO),
                new IprevResult(
                        result(detail.path("iprev")),
                        text(detail.path("iprev"), "name"),
                        reason(detail.path("iprev"))),
                dkim,
                arc(detail.path("arc")),
                dmarc(detail.path("dmarc")));
    }

    static List<DnsFact> dns(EvidenceRow evidence) {
        return evidence.dns().stream()
                .<DnsFact>map(a -> new Fact(a.type(), a.name(), a.outcome(), a.records()))
                .toList();
    }

    static List<Hop> hops(JsonNode detail) {
        List<Hop> hops = new ArrayList<>();
        for (JsonNode hop : detail.path("hops")) {
            hops.add(
                    new Hop(
                            Ip.parse(hop.path("client").asString()),
                            hop.path("helo").asString("")));
        }
        return hops;
    }

    private static SpfResult spf(JsonNode one, SpfResult.Identity identity) {
        return SpfResult.notRun(
                result(one), identity, one.path("domain").asString(""), reason(one));
    }

    private static DkimResult dkim(JsonNode one) {
        return new DkimResult(
                result(one),
                text(one, "domain"),
                text(one, "selector"),
                text(one, "algorithm"),
                one.path("key_bits").asInt(0),
                null,
                null,
                one.path("testing").asBoolean(false),
                one.path("partly_signed").asBoolean(false) ? 1 : 0,
                one.path("aligned").asBoolean(false),
                reason(one),
                null);
    }

    private static ArcResult arc(JsonNode one) {
        List<String> sealers = new ArrayList<>();
        one.path("sealers").forEach(s -> sealers.add(s.asString()));
        return new ArcResult(
                result(one),
                one.path("chain").asInt(0),
                sealers,
                0,
                text(one, "trusted_results"),
                reason(one));
    }

    private static DmarcResult dmarc(JsonNode one) {
        List<String> alignedBy = new ArrayList<>();
        one.path("aligned_by").forEach(s -> alignedBy.add(s.asString()));
        String disposition = text(one, "disposition");
        String author = text(one, "author_domain");
        List<String> authors = new ArrayList<>();
        one.path("author_domains").forEach(s -> authors.add(s.asString()));
        if (authors.isEmpty() && author != null) {
            authors.add(author); // named on its own where it is the only one
        }
        return new DmarcResult(
                result(one),
                author,
                text(one, "policy_domain"),
                text(one, "org_domain"),
                policy(text(one, "policy")),
                disposition == null ? DmarcResult.Policy.NONE : known(disposition),
                alignedBy,
                reason(one),
                List.of(),
                authors);
    }

    private static DmarcResult.@Nullable Policy policy(@Nullable String word) {
        return word == null ? null : known(word);
    }

    private static DmarcResult.Policy known(String word) {
        return DmarcResult.Policy.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private static AuthResult result(JsonNode one) {
        return AuthResult.valueOf(one.path("result").asString("none").toUpperCase(Locale.ROOT));
    }

    private static String reason(JsonNode one) {
        return one.path("reason").asString("");
    }

    private static @Nullable String text(JsonNode one, String name) {
        String value = one.path(name).asString("");
        return value.isEmpty() ? null : value;
    }
}
