package org.postern.core.config;

import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
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

    /** Two letters for a country. */
    static ValueType<String> countries() {
        Set<String> known = new HashSet<>(List.of(Locale.getISOCountries()));
        known.add("XK"); // Kosovo, which databases have and ISO 3166-1 has not
        return new ValueType<>(
                "a country's two letters such as DE (ISO 3166-1)",
                ValueType.Kind.TEXT,
                "{\"type\": \"string\", \"pattern\": \"^[A-Za-z]{2}$\"}",
                text -> {
                    String code = text.toUpperCase(Locale.ROOT);
                    if (!known.contains(code)) {
                        throw new BadValueException(
                                "must be a country's two letters such as DE (ISO 3166-1), found "
                                        + ValueType.shortened(text)
                                        + (code.equals("UK") ? "; did you mean GB?" : ""));
                    }
                    return code;
                });
    }

    static ValueType<String> listName() {
        return new ValueType<>(
                "the name of a list",
                ValueType.Kind.TEXT,
                "{\"type\": \"string\", \"pattern\": \"^[a-z][a-z0-9-]{0,39}$\"}",
                text -> text); // whether there is one is looked at when all sections are read
    }

    private static <E extends Enum<E>> Map<String, E> words(E[] values) {
        Map<String, E> words = new LinkedHashMap<>();
        Arrays.stream(values).forEach(v -> words.put(v.name().toLowerCase(Locale.ROOT), v));
        return words;
    }
}
