package org.postern.core.snapshot;

import java.nio.file.Path;
import java.util.Collection;
import org.postern.core.config.ConditionConfig;
import org.postern.core.config.ConfigDraft;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.ScannerConfig;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.recipients.RecipientLookup;
import org.postern.core.recipients.Recipients;
import org.postern.core.scan.ScanResult;
import org.postern.core.time.TimeSource;

/** Warns of what reads well and will hardly do what was meant. Stateless. */
final class Doubts {
    private Doubts() {}

    /** Everything that can be told of a configuration without asking anybody. */
    static void of(
            ConfigDraft draft,
            Path file,
            Recipients recipients,
            TimeSource time,
            ProblemCollector problems) {
        draft.config()
                .ifPresent(config -> {
                    endedRules(config, time, problems);
                    largeMessages(config, problems);
                });
        if (problems.errorCount() == 0) {
            missingPostmasters(draft, recipients, problems);
            draft.config().ifPresent(config -> trapsOfPeople(config, file, recipients, problems));
        }
    }

    /** A scanner that must have its say, and mail that is taken and too large for it. */
    private static void largeMessages(PosternConfig config, ProblemCollector problems) {
        if (config.rules().anyMatch(rule -> asksForLarge(rule.conditions()))) {
            return;
        }
        long largest = config.limits().messageBytes();
        for (ScannerConfig scanner : config.scanners()) {
            if (scanner.onFailure() == ScannerConfig.OnFailure.DEFER
                    && scanner.sizeLimit() < largest) {
                problems.warning(
                        config.placeOf("scanners"),
                        scanner.scanner().word()
                                + ": on-failure is defer, yet a message over size-limit ("
                                + scanner.sizeLimit()
                                + " octets) is taken unscanned, and limits.message-bytes is "
                                + largest
                                + "; a rule with when: { scan: too-large } decides about those");
            }
        }
    }

    private static boolean asksForLarge(Collection<ConditionConfig> conditions) {
        return conditions.stream()
                .anyMatch(condition ->
                        condition instanceof ConditionConfig.Scan scan
                                && scan.outcomes().contains(ScanResult.Outcome.TOO_LARGE));
    }

    private static void endedRules(
            PosternConfig config, TimeSource time, ProblemCollector problems) {
        config.rules()
                .filter(rule -> rule.hasEnded(time.instant()))
                .forEach(rule ->
                        problems.warning(
                                rule.place(),
                                "rule "
                                        + rule.name()
                                        + " ended at "
                                        + rule.expires()
                                        + " and has no effect; take it out, or give it another"
                                        + " end"));
    }

    /** Of remote sources nothing is known here. */
    private static void trapsOfPeople(
            PosternConfig config, Path file, Recipients recipients, ProblemCollector problems) {
        for (String trap : config.reputation().traps().stream().sorted().toList()) {
            EmailAddress address;
            try {
                address = EmailAddress.ofKey(trap);
            } catch (InvalidAddressException e) {
                throw new IllegalStateException(trap + " was an address", e);
            }
            if (recipients.lookup(address) instanceof RecipientLookup.Known known
                    && !known.anybody()) {
                problems.warning(
                        Place.start(file),
                        "reputation.spam-traps: "
                                + address
                                + " is a recipient ("
                                + known.source()
                                + "), and so no trap: its mail is delivered");
            }
        }
    }

    private static void missingPostmasters(
            ConfigDraft draft, Recipients recipients, ProblemCollector problems) {
        draft.recipientFiles()
                .forEach((domain, files) -> {
                    EmailAddress postmaster = EmailAddress.of("postmaster", domain);
                    if (recipients.lookup(postmaster) instanceof RecipientLookup.Unknown) {
                        problems.warning(
                                files.getFirst().place(),
                                postmaster
                                        + " is not among the recipients; every domain must"
                                        + " take its mail (RFC 5321, 4.5.1)");
                    }
                });
    }
}
