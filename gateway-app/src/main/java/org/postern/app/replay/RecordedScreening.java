package org.postern.app.replay;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.GreylistingConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.Subject;
import org.postern.core.greylist.GreylistAnswer;
import org.postern.core.greylist.GreylistExemptions;
import org.postern.core.policy.Facts;
import org.postern.core.policy.PolicyEngine;
import org.postern.core.policy.Stage;
import org.postern.core.policy.Verdict;
import org.postern.core.scan.ScanResult;
import org.postern.core.snapshot.Snapshot;
import tools.jackson.databind.JsonNode;

/**
 * What the journal has of DNS lists, greylisting and scanners, weighed again by a configuration.
 * Nobody is asked anew: a list or a scanner that was not asked then says nothing, and a list's
 * answer that did not count then is not in the record.
 */
final class RecordedScreening {
    private final @Nullable JsonNode detail;
    private final Snapshot snapshot;
    private final boolean sameClient;

    /**
     * That of one message or refusal.
     *
     * @param detail the column {@code screening.detail}, or null where nothing was asked
     * @param sameClient whether the client is who it was: nothing is known of any other
     */
    RecordedScreening(@Nullable JsonNode detail, Snapshot snapshot, boolean sameClient) {
        this.detail = detail;
        this.snapshot = snapshot;
        this.sameClient = sameClient;
    }

    /** With what the DNS lists said of the client and of the names known at RCPT. */
    Facts atRecipient(Facts facts) {
        return dnsbl(facts, false);
    }

    /** With what the DNS lists said of author and envelope, and with what scanners said. */
    Facts atData(Facts facts) {
        if (detail == null) {
            return facts;
        }
        List<ScanResult> scans = new ArrayList<>();
        for (JsonNode scan : detail.path("scans")) {
            scan(scan).ifPresent(scans::add);
        }
        return dnsbl(facts, true).withScans(scans);
    }

    private Facts dnsbl(Facts facts, boolean author) {
        if (detail == null || !detail.path("dnsbl").isObject()) {
            return facts;
        }
        List<DnsblHit> hits = new ArrayList<>();
        for (JsonNode hit : detail.path("dnsbl").path("hits")) {
            Subject subject =
                    Subject.valueOf(hit.path("subject").asString().toUpperCase(Locale.ROOT));
            if ((author || subject != Subject.AUTHOR)
                    && (sameClient || subject != Subject.CLIENT)) {
                hits.add(recorded(hit, subject));
            }
        }
        List<String> unanswered = new ArrayList<>();
        detail.path("dnsbl").path("unanswered").forEach(list -> unanswered.add(list.asString()));
        return facts.withDnsbl(snapshot.config().dnsbl().again(hits, unanswered));
    }

    private static DnsblHit recorded(JsonNode hit, Subject subject) {
        return new DnsblHit(
                hit.path("list").asString(""),
                hit.path("zone").asString(),
                subject,
                hit.path("value").asString(),
                hit.path("weight").asInt(0),
                hit.path("code").asString(),
                "");
    }

    /** A scan, where the configuration still has its scanner. */
    private Optional<ScanResult> scan(JsonNode scan) {
        String scanner = scan.path("scanner").asString();
        String outcome = scan.path("outcome").asString();
        List<String> names = new ArrayList<>();
        scan.path("names").forEach(n -> names.add(n.asString()));
        return snapshot.config().scanners().stream()
                .map(c -> c.scanner())
                .filter(s -> s.word().equals(scanner))
                .flatMap(s ->
                        List.of(ScanResult.Outcome.values()).stream()
                                .filter(o -> o.word().equals(outcome))
                                .map(o ->
                                        new ScanResult(
                                                s,
                                                o,
                                                scan.path("score").asDouble(0),
                                                scan.path("required").asDouble(0),
                                                names,
                                                scan.path("detail").asString(""))))
                .findFirst();
    }

    /**
     * The reason for which greylisting would defer a recipient that the rules let pass; empty where
     * it would not. Who was known then is known again, who had to wait then has to wait again.
     */
    Optional<String> greylisted(Stage stage, Facts facts, Verdict ruled) {
        // as live: after the content a null sender's message that is tagged has to wait as well
        boolean passes =
                ruled.rule().equals(PolicyEngine.DEFAULT_RULE)
                        || (stage == Stage.DATA && ruled instanceof Verdict.Tag);
        if (detail == null
                || !sameClient
                || snapshot.config().greylisting().mode() != GreylistingConfig.Mode.ENFORCE
                || !passes
                || isSpared(snapshot.config(), facts)) {
            return Optional.empty();
        }
        for (JsonNode word : detail.path("greylisting")) {
            if (Arrays.stream(GreylistAnswer.Why.values())
                    .anyMatch(why -> why.word().equals(word.asString()))) {
                return Optional.of("greylisting." + word.asString());
            }
        }
        return Optional.empty();
    }

    private boolean isSpared(PosternConfig config, Facts facts) {
        return GreylistExemptions.spared(config, snapshot.lists(), facts).isPresent();
    }
}
