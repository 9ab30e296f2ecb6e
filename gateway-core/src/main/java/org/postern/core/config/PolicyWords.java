package org.postern.core.config;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.postern.core.authres.AuthResult;
import org.postern.core.dnsbl.Subject;
import org.postern.core.scan.ScanResult;

/** The words that rules are written with. */
final class PolicyWords {
    private PolicyWords() {}

    static ValueType<RuleConfig.At> stages() {
        return ValueTypes.word(words(RuleConfig.At.values()));
    }

    static ValueType<RuleConfig.Action> actions() {
        return ValueTypes.word(words(RuleConfig.Action.values()));
    }

    static ValueType<RuleConfig.Mode> modes() {
        return ValueTypes.word(words(RuleConfig.Mode.values()));
    }

    /** The words of RFC 8601, 2.7. */
    static ValueType<AuthResult> results() {
        return ValueTypes.word(words(AuthResult.values()));
    }

    /** What a DNS list is asked about. */
    static ValueType<Subject> subjects() {
        return ValueTypes.word(words(Subject.values()));
    }

    static ValueType<GreylistingConfig.Mode> greylisting() {
        return ValueTypes.word(words(GreylistingConfig.Mode.values()));
    }

    static ValueType<ScannerConfig.OnFailure> onFailure() {
        return ValueTypes.word(words(ScannerConfig.OnFailure.values()));
    }

    /** What scanners say. */
    static ValueType<ScanResult.Outcome> scanOutcomes() {
        Map<String, ScanResult.Outcome> words = new LinkedHashMap<>();
        Arrays.stream(ScanResult.Outcome.values()).forEach(o -> words.put(o.word(), o));
        return ValueTypes.word(words);
    }

    private static <E extends Enum<E>> Map<String, E> words(E[] values) {
        Map<String, E> words = new LinkedHashMap<>();
        Arrays.stream(values).forEach(v -> words.put(v.name().toLowerCase(Locale.ROOT), v));
        return words;
    }
}
