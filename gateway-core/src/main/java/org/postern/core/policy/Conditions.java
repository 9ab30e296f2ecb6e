package org.postern.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Known;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.ConditionConfig;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.scan.ScanResult;

/**
 * Whether conditions hold. A fact that is not known meets no condition and no {@code not}; a name
 * that is none is known not to be any that a rule names.
 */
final class Conditions {
    private Conditions() {}

    /** Whether all of them hold for sure. */
    static boolean all(List<ConditionConfig> conditions, Facts facts, AccessLists lists) {
        return together(conditions, facts, lists) == Held.YES;
    }

    private static Held together(List<ConditionConfig> conditions, Facts facts, AccessLists lists) {
        Held all = Held.YES;
        for (ConditionConfig condition : conditions) {
            all = all.and(holds(condition, facts, lists));
            if (all == Held.NO) {
                break;
            }
        }
        return all;
    }

    private static Held holds(ConditionConfig condition, Facts facts, AccessLists lists) {
        return switch (condition) {
            case ConditionConfig.Client c ->
                    Held.of(
                            c.networks().stream()
                                    .anyMatch(n -> facts.clients().stream().anyMatch(n::contains)));
            case ConditionConfig.Country c ->
                    facts.country() == null
                            ? Held.UNKNOWN
                            : Held.of(c.codes().contains(facts.country()));
            case ConditionConfig.Listed l -> ListedFacts.in(l, facts, lists);
            case ConditionConfig.Encrypted e -> Held.of(facts.tls() == e.wanted());
            case ConditionConfig.NullSender n ->
                    facts.reversePath() == null
                            ? Held.UNKNOWN
                            : Held.of(facts.reversePath().isNull() == n.wanted());
            case ConditionConfig.Address a -> address(a, facts);
            case ConditionConfig.DomainName d -> domainName(d, facts);
            case ConditionConfig.Result r -> result(r, facts);
            case ConditionConfig.Reason r -> reason(r, facts);
            case ConditionConfig.SizeOver s -> Held.of(facts.size() > s.bytes());
            case ConditionConfig.KnownGood k -> knownGood(k, facts);
            case ConditionConfig.UnknownRecipientsOver u ->
                    facts.standing() == null
                            ? Held.UNKNOWN
                            : Held.of(facts.standing().unknownRecipients() > u.count());
            case ConditionConfig.DnsList d ->
                    facts.dnsbl() == null
                            ? Held.UNKNOWN
                            : Held.of(
                                    d.lists().stream().anyMatch(facts.dnsbl()::hit),
                                    d.lists().stream()
                                            .anyMatch(facts.dnsbl().unanswered()::contains));
            case ConditionConfig.DnsblScoreOver d ->
                    facts.dnsbl() == null
                            ? Held.UNKNOWN
                            : Held.of(
                                    facts.dnsbl().leastScore() > d.score(),
                                    !facts.dnsbl().unanswered().isEmpty());
            case ConditionConfig.Scan c ->
                    Held.of(
                            facts.scans().stream()
                                    .anyMatch(r -> c.outcomes().contains(r.outcome())),
                            facts.scans().isEmpty()
                                    || facts.scans().stream().anyMatch(r -> !scanned(r)));
            case ConditionConfig.SpamScoreOver c -> spamScore(c, facts);
            case ConditionConfig.Not n -> together(n.conditions(), facts, lists).not();
        };
    }

    private static Held address(ConditionConfig.Address condition, Facts facts) {
        List<EmailAddress> names =
                switch (condition.of()) {
                    case SENDER ->
                            facts.reversePath() instanceof ReversePath.Mailbox m
                                    ? List.of(m.address())
                                    : List.of();
                    case RECIPIENT -> facts.recipientNames();
                };
        if (names.isEmpty()) {
            boolean isNullSender =
                    condition.of() == ConditionConfig.AddressOf.SENDER
                            && facts.reversePath() != null;
            return isNullSender ? Held.NO : Held.UNKNOWN;
        }
        return Held.of(
                names.stream()
                        .anyMatch(address ->
                                condition.keys().contains(address.key())
                                        || condition
                                                .keys()
                                                .contains("@" + address.host().ascii())));
    }

    private static Held domainName(ConditionConfig.DomainName condition, Facts facts) {
        return Held.of(
                names(condition.of(), facts)
                        .anyMatch(name ->
                                condition.patterns().stream().anyMatch(p -> p.matches(name))),
                isOpen(condition.of(), facts));
    }

    /** Whether there may be more names than are known. */
    static boolean isOpen(ConditionConfig.DomainOf of, Facts facts) {
        @Nullable Verdicts v = facts.verdicts();
        return switch (of) {
            case HELO -> facts.helo() == null;
            case SENDER -> facts.reversePath() == null;
            case RECIPIENT -> facts.recipient() == null;
            case REVERSE_NAME ->
                    v == null || !Known.isKnown(v.iprev().result(), v.iprev().reason());
            case AUTHOR -> v == null || !Known.ran(v.dmarc().reason());
            case AUTHENTICATED -> v == null || isAuthenticationOpen(v);
        };
    }

    /** Whether SPF or a signature might yet pass for a domain. */
    private static boolean isAuthenticationOpen(Verdicts v) {
        return !Known.isKnown(v.spf().result(), v.spf().reason())
                || !Known.ran(v.dmarc().reason())
                || v.dkim().stream().anyMatch(d -> d.result() == AuthResult.TEMPERROR);
    }

    /** The names that are known. */
    static Stream<Domain> names(ConditionConfig.DomainOf of, Facts facts) {
        @Nullable Verdicts verdicts = facts.verdicts();
        return switch (of) {
            case HELO -> domain(facts.helo());
            case SENDER ->
                    facts.reversePath() instanceof ReversePath.Mailbox m
                            ? host(m.address())
                            : Stream.empty();
            case RECIPIENT -> facts.recipient() == null ? Stream.empty() : host(facts.recipient());
            case REVERSE_NAME ->
                    verdicts != null && verdicts.iprev().result() == AuthResult.PASS
                            ? domain(verdicts.iprev().name())
                            : Stream.empty();
            case AUTHOR ->
                    verdicts == null
                            ? Stream.empty()
                            : verdicts.dmarc().authorDomains().stream().flatMap(Conditions::domain);
            case AUTHENTICATED -> verdicts == null ? Stream.empty() : authenticated(verdicts);
        };
    }

    private static Stream<Domain> authenticated(Verdicts verdicts) {
        Stream<Domain> spf =
                verdicts.spf().result() == AuthResult.PASS
                        ? domain(verdicts.spf().domain())
                        : Stream.empty();
        return Stream.concat(
                spf,
                verdicts.dkim().stream()
                        .filter(DkimResult::vouches)
                        .flatMap(d -> domain(d.domain())));
    }

    private static Stream<Domain> host(EmailAddress address) {
        return address.host() instanceof Domain d ? Stream.of(d) : Stream.empty();
    }

    private static Stream<Domain> domain(@Nullable String name) {
        if (name == null) {
            return Stream.empty();
        }
        try {
            return Stream.of(Domain.parse(name));
        } catch (InvalidAddressException e) {
            return Stream.empty(); // an address literal, or junk: no domain that a rule could name
        }
    }

    /** What a method said, and why. */
    private record Said(AuthResult result, String reason) {
        boolean isKnown() {
            return Known.isKnown(result, reason);
        }
    }

    private static List<Said> said(ConditionConfig.Method of, Verdicts v) {
        return switch (of) {
            case SPF -> List.of(new Said(v.spf().result(), v.spf().reason()));
            case HELO_SPF -> List.of(new Said(v.heloSpf().result(), v.heloSpf().reason()));
            case IPREV -> List.of(new Said(v.iprev().result(), v.iprev().reason()));
            case DKIM ->
                    v.dkim().isEmpty()
                            ? List.of(
                                    new Said(
                                            AuthResult.NONE,
                                            Known.ran(v.dmarc().reason())
                                                    ? "dkim.none"
                                                    : v.dmarc().reason()))
                            : v.dkim().stream().map(d -> new Said(d.result(), d.reason())).toList();
            case ARC -> List.of(new Said(v.arc().result(), v.arc().reason()));
            case DMARC -> List.of(new Said(v.dmarc().result(), v.dmarc().reason()));
        };
    }

    /** A word of a check that did not run is no result; {@code temperror} can be asked for. */
    private static Held result(ConditionConfig.Result condition, Facts facts) {
        if (facts.verdicts() == null) {
            return Held.UNKNOWN;
        }
        List<Said> said = said(condition.of(), facts.verdicts());
        return Held.of(
                said.stream()
                        .anyMatch(s ->
                                Known.ran(s.reason()) && condition.results().contains(s.result())),
                said.stream().anyMatch(s -> !s.isKnown()));
    }

    /** Every reason can be asked for, those of checks that did not run included. */
    private static Held reason(ConditionConfig.Reason condition, Facts facts) {
        if (facts.verdicts() == null) {
            return Held.UNKNOWN;
        }
        List<Said> said = new ArrayList<>();
        for (ConditionConfig.Method method : ConditionConfig.Method.values()) {
            said.addAll(said(method, facts.verdicts()));
        }
        Stream<String> advice = Optional.ofNullable(facts.advice()).map(a -> a.reason()).stream();
        return Held.of(
                Stream.concat(advice, said.stream().map(Said::reason))
                        .anyMatch(reason ->
                                condition.prefixes().stream().anyMatch(p -> begins(reason, p))),
                said.stream()
                        .filter(s -> !s.isKnown())
                        .anyMatch(s ->
                                !Known.ran(s.reason())
                                        || condition.prefixes().stream()
                                                .anyMatch(p ->
                                                        method(p).equals(method(s.reason())))));
    }

    private static String method(String reason) {
        int dot = reason.indexOf('.');
        return dot < 0 ? reason : reason.substring(0, dot);
    }

    /** A good history is that of who authenticated, which is open while that is. */
    private static Held knownGood(ConditionConfig.KnownGood condition, Facts facts) {
        if (facts.standing() == null) {
            return Held.UNKNOWN;
        }
        boolean good = facts.standing().knownGood();
        if (!good && facts.verdicts() != null && isAuthenticationOpen(facts.verdicts())) {
            return Held.UNKNOWN;
        }
        return Held.of(good == condition.wanted());
    }

    private static boolean scanned(ScanResult result) {
        return switch (result.outcome()) {
            case CLEAN, SPAM, REJECT, SOFT_REJECT, QUARANTINE, INFECTED -> true;
            case TOO_LARGE, FAILED -> false;
        };
    }

    /** A message that was not scanned has no score, not the score 0. */
    private static Held spamScore(ConditionConfig.SpamScoreOver condition, Facts facts) {
        return facts.scans().stream()
                .filter(r -> r.scanner() == ScanResult.Scanner.RSPAMD && scanned(r))
                .findFirst()
                .map(r -> Held.of(r.score() > condition.score()))
                .orElse(Held.UNKNOWN);
    }

    private static boolean begins(String reason, String prefix) {
        return reason.startsWith(prefix)
                && (reason.length() == prefix.length() || reason.charAt(prefix.length()) == '.');
    }
}
