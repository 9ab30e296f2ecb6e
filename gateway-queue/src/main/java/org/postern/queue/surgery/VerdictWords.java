package org.postern.queue.surgery;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.postern.core.authres.AuthResult;
import org.postern.core.problem.Suggestion;

/**
 * What {@code --verdict METHOD=RESULT} asks for. Both are words of a closed set: one that is
 * misspelt would select nothing, which looks like an answer.
 *
 * @param method {@code spf helo_spf iprev dkim arc dmarc}
 * @param result a result of RFC 8601, 2.7
 */
public record VerdictWords(String method, AuthResult result) {
    private static final List<String> METHODS =
            List.of("spf", "helo_spf", "iprev", "dkim", "arc", "dmarc");

    /**
     * Reads {@code dmarc=fail}; {@code helo-spf} is {@code helo_spf} too.
     *
     * @param also what else is allowed in place of it, for the words of an error, or empty
     * @throws SurgeryException if a word is none, with the one that was probably meant
     */
    public static VerdictWords parse(String value, String also) throws SurgeryException {
        int equals = value.indexOf('=');
        String method = equals < 0 ? value : value.substring(0, equals).replace('-', '_');
        String result = equals < 0 ? "" : value.substring(equals + 1);
        Optional<AuthResult> known =
                Arrays.stream(AuthResult.values()).filter(r -> r.word().equals(result)).findFirst();
        if (known.isPresent() && METHODS.contains(method)) {
            return new VerdictWords(method, known.get());
        }
        List<String> results = Arrays.stream(AuthResult.values()).map(AuthResult::word).toList();
        String meant =
                nearest(method, METHODS)
                        .flatMap(m -> nearest(result, results).map(r -> m + "=" + r))
                        .map(words -> "; did you mean " + words + "?")
                        .orElse("");
        throw new SurgeryException(
                "--verdict "
                        + value
                        + ": method=result such as dmarc=fail"
                        + also
                        + " is allowed; methods are "
                        + String.join(", ", METHODS)
                        + ", results "
                        + String.join(", ", results)
                        + meant);
    }

    private static Optional<String> nearest(String word, List<String> words) {
        return words.contains(word) ? Optional.of(word) : Suggestion.nearest(word, words);
    }
}
