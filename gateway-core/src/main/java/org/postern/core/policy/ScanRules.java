package org.postern.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.RuleConfig;
import org.postern.core.config.ScannerConfig;
import org.postern.core.reply.SmtpReply;
import org.postern.core.scan.ScanResult;

/**
 * The rules about what scanners say, after what authentication refuses: {@code virus}, {@code
 * spam}, {@code spam-defer}, {@code spam-quarantine}, and for a scanner that failed and must not,
 * {@code virus-unscanned} and {@code spam-unscanned}. A failure is answered 4yz: nobody knows.
 * Where a scanner has words for the sender, they stand in the reply.
 */
final class ScanRules {
    private ScanRules() {}

    /**
     * The rules of these scanners. The first that applies ends the stage, so that what one of them
     * knows to be bad is refused first, what one of them could not say is put off next, and only
     * what none of them refuses or puts off is held: whoever lets a doubtful message go may rely on
     * it having been scanned by the others.
     */
    static List<Rule> of(List<ScannerConfig> scanners) {
        List<Rule> refusing = new ArrayList<>();
        List<Rule> deferring = new ArrayList<>();
        List<Rule> holding = new ArrayList<>();
        for (ScannerConfig scanner : scanners) {
            switch (scanner.scanner()) {
                case CLAMAV -> {
                    refusing.add(rule(BuiltInRule.VIRUS, scanner, ScanRules::infected));
                    deferring.add(
                            rule(BuiltInRule.VIRUS_UNSCANNED, scanner, r -> failed(r, scanner)));
                }
                case RSPAMD -> {
                    refusing.add(rule(BuiltInRule.SPAM, scanner, ScanRules::spam));
                    deferring.add(rule(BuiltInRule.SPAM_DEFER, scanner, ScanRules::later));
                    deferring.add(
                            rule(BuiltInRule.SPAM_UNSCANNED, scanner, r -> failed(r, scanner)));
                    holding.add(rule(BuiltInRule.SPAM_QUARANTINE, scanner, ScanRules::doubtful));
                }
            }
        }
        return Stream.of(refusing, deferring, holding).flatMap(List::stream).toList();
    }

    /** What a rule answers, 250 for a message that is held; the words get the rule's name. */
    private record Answer(int code, String reason, String words) {}

    private static Rule rule(
            BuiltInRule rule,
            ScannerConfig scanner,
            Function<ScanResult, Optional<Answer>> decide) {
        String name = rule.ruleName();
        return new Rule() {
            @Override
            public String ruleName() {
                return name;
            }

            @Override
            public boolean observesOnly() {
                return scanner.mode() == RuleConfig.Mode.OBSERVE;
            }

            @Override
            public Optional<Verdict> decide(Facts facts) {
                for (ScanResult result : facts.scans()) {
                    if (result.scanner() == scanner.scanner()) {
                        Optional<Answer> answer = decide.apply(result);
                        if (answer.isPresent()) {
                            return Optional.of(verdict(name, result, answer.get()));
                        }
                    }
                }
                return Optional.empty();
            }
        };
    }

    private static Verdict verdict(String rule, ScanResult result, Answer answer) {
        String words = result.message().isEmpty() ? answer.words() : result.message();
        String text = words + " (" + rule + ")";
        return switch (answer.code()) {
            case 250 -> new Verdict.Quarantine(rule, answer.reason(), result.detail());
            case 550 ->
                    new Verdict.Reject(
                            rule,
                            answer.reason(),
                            result.detail(),
                            SmtpReply.of(550, "5.7.1", text));
            default ->
                    new Verdict.Defer(
                            rule,
                            answer.reason(),
                            result.detail(),
                            SmtpReply.of(451, "4.7.1", text));
        };
    }

    private static Optional<Answer> infected(ScanResult result) {
        String name = result.names().isEmpty() ? "something harmful" : result.names().getFirst();
        return result.outcome() == ScanResult.Outcome.INFECTED
                ? Optional.of(new Answer(550, "scan.infected", "The message contains " + name))
                : Optional.empty();
    }

    private static Optional<Answer> spam(ScanResult result) {
        return result.outcome() == ScanResult.Outcome.REJECT
                ? Optional.of(
                        new Answer(
                                550,
                                "scan.spam",
                                "The message looks like spam; ask the recipient by other means"))
                : Optional.empty();
    }

    private static Optional<Answer> later(ScanResult result) {
        return result.outcome() == ScanResult.Outcome.SOFT_REJECT
                ? Optional.of(
                        new Answer(
                                451,
                                "scan.later",
                                "The message cannot be judged now; please try again later"))
                : Optional.empty();
    }

    private static Optional<Answer> doubtful(ScanResult result) {
        return result.outcome() == ScanResult.Outcome.QUARANTINE
                ? Optional.of(new Answer(250, "scan.quarantine", ""))
                : Optional.empty();
    }

    /** It was not scanned, and must be; clamd puts nothing off itself: then its places did. */
    private static Optional<Answer> failed(ScanResult result, ScannerConfig scanner) {
        boolean failed =
                result.outcome() == ScanResult.Outcome.FAILED
                        && scanner.onFailure() == ScannerConfig.OnFailure.DEFER;
        boolean putOff =
                result.outcome() == ScanResult.Outcome.SOFT_REJECT
                        && result.scanner() == ScanResult.Scanner.CLAMAV;
        return failed || putOff
                ? Optional.of(
                        new Answer(
                                451,
                                "scan.failed",
                                "The message could not be scanned; please try again later"))
                : Optional.empty();
    }
}
