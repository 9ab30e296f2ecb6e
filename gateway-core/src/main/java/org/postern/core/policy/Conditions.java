package org.postern.core.policy;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.ConditionConfig;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;
import org.postern.core.scan.ScanResult;

/**
 * Whether conditions hold. A fact that is not known, or a name that is none, meets no condition.
 */
final class Conditions {
    private Conditions() {}

    static boolean all(List<ConditionConfig> conditions, Facts facts) {
        for (ConditionConfig condition : conditions) {
            if (!holds(condition, facts)) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(ConditionConfig condition, Facts facts) {
        return switch (condition) {
            case ConditionConfig.Client c ->
                    c.networks().stream().anyMatch(n -> n.contains(facts.client()));
            case ConditionConfig.Encrypted e -> facts.tls() == e.wanted();
            case ConditionConfig.NullSender n ->
                    facts.reversePath() != null && facts.reversePath().isNull() == n.wanted();
            case ConditionConfig.Address a -> address(a, facts);
            case ConditionConfig.DomainName d ->
                    names(d.of(), facts)
                            .anyMatch(name -> d.patterns().stream().anyMatch(p -> p.matches(name)));
            case ConditionConfig.Result r -> results(r.of(), facts).anyMatch(r.results()::contains);
            case ConditionConfig.Reason r ->
                    reasons(facts)
                            .anyMatch(reason ->
                                    r.prefixes().stream().anyMatch(p -> begins(reason, p)));
            case ConditionConfig.SizeOver s -> facts.size() > s.bytes();
            case ConditionConfig.KnownGood k ->
                    facts.standing() != null && facts.standing().knownGood() == k.wanted();
            case ConditionConfig.UnknownRecipientsOver u ->
                    facts.standing() != null && facts.standing().unknownRecipients() > u.count();
            case ConditionConfig.DnsList d ->
                    facts.dnsbl() != null && d.lists().stream().anyMatch(facts.dnsbl()::hit);
            case ConditionConfig.DnsblScoreOver d ->
                    facts.dnsbl() != null && facts.dnsbl().score() > d.score();
            case ConditionConfig.Scan c ->
                    facts.scans().stream().anyMatch(r -> c.outcomes().contains(r.outcome()));
            case ConditionConfig.SpamScoreOver c ->
                    facts.scans().stream()
                            .anyMatch(r ->
                                    r.scanner() == ScanResult.Scanner.RSPAMD
                                            && r.score() > c.score());
            case ConditionConfig.Not n -> !all(n.conditions(), facts);
        };
    }

    private static boolean address(ConditionConfig.Address condition, Facts facts) {
        EmailAddress address =
                switch (condition.of()) {
                    case SENDER ->
                            facts.reversePath() instanceof ReversePath.Mailbox m
                                    ? m.address()
                                    : null;
                    case RECIPIENT -> facts.recipient();
                };
        return address != null
                && (condition.keys().contains(address.key())
                        || condition.keys().contains("@" + address.host().ascii()));
    }

    private static Stream<Domain> names(ConditionConfig.DomainOf of, Facts facts) {
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
                    verdicts == null ? Stream.empty() : domain(verdicts.dmarc().authorDomain());
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
                        .filter(d -> d.result() == AuthResult.PASS)
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

    private static Stream<AuthResult> results(ConditionConfig.Method of, Facts facts) {
        @Nullable Verdicts v = facts.verdicts();
        if (v == null) {
            return Stream.empty();
        }
        return switch (of) {
            case SPF -> Stream.of(v.spf().result());
            case HELO_SPF -> Stream.of(v.heloSpf().result());
            case IPREV -> Stream.of(v.iprev().result());
            case DKIM ->
                    v.dkim().isEmpty()
                            ? Stream.of(AuthResult.NONE)
                            : v.dkim().stream().map(DkimResult::result);
            case ARC -> Stream.of(v.arc().result());
            case DMARC -> Stream.of(v.dmarc().result());
        };
    }

    private static Stream<String> reasons(Facts facts) {
        Stream<String> advice = Optional.ofNullable(facts.advice()).map(a -> a.reason()).stream();
        @Nullable Verdicts v = facts.verdicts();
        return v == null
                ? advice
                : Stream.of(
                                advice,
                                Stream.of(
                                        v.dmarc().reason(),
                                        v.spf().reason(),
                                        v.heloSpf().reason(),
                                        v.iprev().reason(),
                                        v.arc().reason()),
                                v.dkim().stream().map(DkimResult::reason))
                        .flatMap(s -> s);
    }

    private static boolean begins(String reason, String prefix) {
        return reason.startsWith(prefix)
                && (reason.length() == prefix.length() || reason.charAt(prefix.length()) == '.');
    }
}
