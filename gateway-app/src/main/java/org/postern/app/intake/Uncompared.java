package org.postern.app.intake;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.RecipientSourceConfig.Remote;
import org.postern.core.config.ReputationConfig;
import org.postern.core.config.ScannerConfig;
import org.postern.core.mail.Domain;

/**
 * What of a candidate is another than in the configuration in force, decides about mail, and is not
 * compared: an operator who reads "no disagreement" has to know what that is about.
 */
public final class Uncompared {
    private final PosternConfig live;
    private final PosternConfig candidate;
    private final List<String> found = new ArrayList<>();

    private Uncompared(PosternConfig live, PosternConfig candidate) {
        this.live = live;
        this.candidate = candidate;
    }

    /** The settings by the names that they have in the file, in its order; empty for none. */
    public static List<String> between(PosternConfig live, PosternConfig candidate) {
        return new Uncompared(live, candidate).look();
    }

    private List<String> look() {
        section("dns", PosternConfig::dns);
        section("limits", PosternConfig::limits);
        section("networks", PosternConfig::networks);
        section("authentication", PosternConfig::authentication);
        sources();
        quotas();
        section("greylisting", PosternConfig::greylisting);
        dnsLists();
        section("reputation", c -> besideTraps(c.reputation()));
        scanners();
        return List.copyOf(found);
    }

    private void section(String name, Function<PosternConfig, Object> part) {
        if (!part.apply(live).equals(part.apply(candidate))) {
            found.add(name);
        }
    }

    /** The traps themselves are compared. */
    private static List<Object> besideTraps(ReputationConfig c) {
        return List.of(
                c.slowAfter(),
                c.slowBy(),
                c.hangUpAfter(),
                c.banAfter(),
                c.ban(),
                c.window(),
                c.networkFactor(),
                c.goodAfterMessages(),
                c.goodAfterAge(),
                c.halfLife(),
                c.trapHold(),
                c.anomalyMessages(),
                c.anomalyDeferrals(),
                c.anomalyMode(),
                c.anomalyFactor(),
                c.anomalyAfter(),
                c.anomalyHold());
    }

    private void sources() {
        Set<Remote> asked = remote(live);
        remote(candidate).stream()
                .filter(source -> !asked.contains(source))
                .map(source -> "recipients of " + source.name())
                .sorted()
                .forEach(found::add);
    }

    private static Set<Remote> remote(PosternConfig config) {
        return config.domains().values().stream()
                .flatMap(domain -> domain.recipients().stream())
                .filter(Remote.class::isInstance)
                .map(Remote.class::cast)
                .collect(Collectors.toSet());
    }

    private void quotas() {
        candidate.domains().keySet().stream()
                .filter(domain -> live.domains().containsKey(domain))
                .filter(domain -> !quota(live, domain).equals(quota(candidate, domain)))
                .map(domain -> "quota of " + domain)
                .sorted()
                .forEach(found::add);
    }

    private static Object quota(PosternConfig config, Domain domain) {
        return Objects.requireNonNull(config.domains().get(domain)).quota();
    }

    /** Weights, threshold and mode are compared; what nobody has asked, or not so, is not. */
    private void dnsLists() {
        candidate.dnsbl().lists().stream()
                .filter(list -> !isAnswered(live.dnsbl(), list))
                .map(list -> "dnsbl list " + list.name())
                .forEach(found::add);
        if (!live.dnsbl().deadline().equals(candidate.dnsbl().deadline())) {
            found.add("dnsbl deadline");
        }
    }

    /** Whether lists in force have every answer that a list would take. */
    private static boolean isAnswered(DnsblConfig live, DnsListConfig wanted) {
        return live.lists().stream()
                .anyMatch(list ->
                        list.zone().equals(wanted.zone())
                                && list.ask().containsAll(wanted.ask())
                                && list.codes().containsAll(wanted.codes()));
    }

    /** What becomes of a result is compared; what somebody else would have said is not. */
    private void scanners() {
        for (ScannerConfig scanner : candidate.scanners()) {
            if (live.scanners().stream().noneMatch(other -> isAskedAs(other, scanner))) {
                found.add("scanner " + scanner.scanner().word());
            }
        }
    }

    private static boolean isAskedAs(ScannerConfig live, ScannerConfig candidate) {
        return live.scanner() == candidate.scanner()
                && live.address().equals(candidate.address())
                && live.timeout().equals(candidate.timeout())
                && live.sizeLimit() == candidate.sizeLimit();
    }
}
