package org.postern.core.authres;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.postern.core.problem.Suggestion;

/**
 * The reasons that the checks of authentication can give: a closed set, the one of {@code
 * docs/reasons.md}, so that a misspelt one can be told where somebody asks for it. A capital letter
 * stands for one of several words. Immutable, any thread.
 */
public final class ReasonCodes {
    private static final Map<String, List<String>> WORDS =
            Map.of(
                    "M",
                    List.of("all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"),
                    "R",
                    words(
                            "timeout servfail refused bad-answer cname-loop unreachable budget"
                                    + " deadline overload closed"),
                    "spf-A",
                    words(
                            "spf-none spf-neutral spf-softfail spf-fail spf-permerror spf-temperror"
                                    + " spf-unaligned spf-implausible"),
                    "dkim-B",
                    words(
                            "dkim-none dkim-fail dkim-permerror dkim-policy dkim-neutral"
                                    + " dkim-temperror dkim-unaligned dkim-partial-body"));

    private static final String CODES =
            """
            authentication.disabled
            client-address.implausible
            spf.pass
            spf.fail.M
            spf.softfail.M
            spf.neutral.M
            spf.neutral.default
            spf.none.invalid-domain
            spf.none.no-such-domain
            spf.none.no-record
            spf.permerror.syntax
            spf.permerror.multiple-records
            spf.permerror.too-many-lookups
            spf.permerror.too-many-void-lookups
            spf.permerror.too-many-mx
            spf.permerror.include-none
            spf.permerror.redirect-none
            spf.temperror.R
            spf.temperror.internal
            iprev.pass
            iprev.fail.no-match
            iprev.permerror.no-name
            iprev.temperror.R
            dkim.none
            dkim.pass
            dkim.pass.partial-body
            dkim.fail.body-hash
            dkim.fail.signature
            dkim.policy.sha1
            dkim.policy.short-key
            dkim.policy.long-key
            dkim.policy.unsigned-field
            dkim.policy.too-many-signatures
            dkim.permerror.syntax
            dkim.permerror.missing-tag
            dkim.permerror.version
            dkim.permerror.algorithm
            dkim.permerror.canonicalization
            dkim.permerror.query-method
            dkim.permerror.domain
            dkim.permerror.agent-domain
            dkim.permerror.from-not-signed
            dkim.permerror.no-from
            dkim.permerror.body-length
            dkim.permerror.expired
            dkim.permerror.future
            dkim.permerror.header-size
            dkim.permerror.no-key
            dkim.permerror.key-syntax
            dkim.permerror.key-revoked
            dkim.permerror.key-algorithm
            dkim.permerror.key-hash
            dkim.permerror.key-service
            dkim.permerror.key-subdomain
            dkim.temperror.dns
            arc.none
            arc.pass
            arc.fail.structure
            arc.fail.too-many-sets
            arc.fail.sealed-as-fail
            arc.fail.cv
            arc.fail.syntax
            arc.fail.body-hash
            arc.fail.message-signature
            arc.fail.seal
            arc.fail.key
            arc.fail.header-size
            arc.temperror.dns
            arc.not-run
            dmarc.pass.dkim
            dmarc.pass.spf
            dmarc.fail.spf-A.dkim-B
            dmarc.temperror.spf-A.dkim-B
            dmarc.temperror.record
            dmarc.temperror.existence
            dmarc.none.no-record
            dmarc.none.several-records
            dmarc.none.no-policy
            dmarc.permerror.record
            dmarc.permerror.no-from
            dmarc.permerror.multiple-from-fields
            dmarc.permerror.broken-from-name
            dmarc.permerror.header-too-long
            dmarc.permerror.from-empty
            dmarc.permerror.from-no-domain
            dmarc.permerror.from-address-literal
            dmarc.permerror.from-bad-domain
            dmarc.permerror.from-group
            dmarc.permerror.from-empty-group
            dmarc.permerror.from-control-character
            dmarc.permerror.from-route
            dmarc.permerror.from-encoded-address
            dmarc.permerror.from-at-in-local-part
            dmarc.permerror.from-address-in-name
            dmarc.permerror.from-syntax
            dmarc.permerror.from-too-many-addresses
            dmarc.permerror.from-too-many-domains
            dmarc.override.exception
            dmarc.override.trusted-arc
            dmarc.override.reject-as-quarantine
            dmarc.not-run
            """;

    private static final Set<String> KNOWN = known();

    private ReasonCodes() {}

    private static List<String> words(String text) {
        return List.of(text.split(" "));
    }

    /** The codes as the page has them, a letter where one of several words stands. */
    public static List<String> written() {
        return CODES.lines().toList();
    }

    private static Set<String> known() {
        Set<String> known = new TreeSet<>();
        for (String code : written()) {
            add(known, "", List.of(code.split("\\.")));
        }
        return known;
    }

    /** Adds what a code begins with up to each of its dots, and all of it. */
    private static void add(Set<String> known, String before, List<String> parts) {
        if (parts.isEmpty()) {
            return;
        }
        for (String word : WORDS.getOrDefault(parts.getFirst(), List.of(parts.getFirst()))) {
            String here = before.isEmpty() ? word : before + "." + word;
            known.add(here);
            add(known, here, parts.subList(1, parts.size()));
        }
    }

    /** Whether there is such a reason, or one that begins so up to a dot. */
    public static boolean isKnown(String reason) {
        return KNOWN.contains(reason);
    }

    /** The reason that was probably meant. */
    public static Optional<String> nearest(String misspelt) {
        return Suggestion.nearest(misspelt, KNOWN);
    }
}
