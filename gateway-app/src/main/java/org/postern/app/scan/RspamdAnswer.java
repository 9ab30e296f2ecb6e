package org.postern.app.scan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.postern.core.scan.ScanResult;
import org.postern.core.scan.ScanResult.Outcome;
import org.postern.core.scan.ScanResult.Scanner;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The JSON of Rspamd's {@code /checkv2}, read so that nothing in it can be large or odd later. */
final class RspamdAnswer {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** Symbols that are kept. */
    private static final int MAX_SYMBOLS = 60;

    /** The longest name of a symbol; what is beyond is cut off. */
    private static final int MAX_SYMBOL = 64;

    /** No score is beyond this: it would be a line of digits in a header. */
    private static final double MAX_SCORE = 1e6;

    private RspamdAnswer() {}

    /**
     * Reads the body of an answer.
     *
     * @throws IOException if it is none
     */
    static ScanResult read(byte[] answer, int offset, int length) throws IOException {
        try {
            return result(JSON.readTree(answer, offset, length));
        } catch (JacksonException e) {
            throw new IOException(
                    "no JSON: " + ScannerProtocol.printable(e.getOriginalMessage()), e);
        }
    }

    private static ScanResult result(JsonNode json) throws IOException {
        JsonNode action = json.path("action");
        JsonNode score = json.path("score");
        if (!action.isString() || !score.isNumber()) {
            throw new IOException(
                    json.path("error").isString()
                            ? "it said: " + ScannerProtocol.printable(json.path("error").asString())
                            : "an answer without action and score");
        }
        if (!(Math.abs(score.asDouble()) <= MAX_SCORE)) {
            throw new IOException("a score beyond all measure");
        }
        String word = ScannerProtocol.printable(action.asString());
        Outcome outcome = outcome(word, json.path("milter").path("reject").asString(""));
        boolean told = outcome == Outcome.REJECT || outcome == Outcome.SOFT_REJECT;
        return new ScanResult(
                Scanner.RSPAMD,
                outcome,
                score.asDouble(),
                bounded(json.path("required_score")),
                symbols(json.path("symbols")),
                word,
                told
                        ? ScannerProtocol.printable(
                                json.path("messages").path("smtp_message").asString(""))
                        : "",
                MilterBlock.of(json.path("milter")));
    }

    private static Outcome outcome(String action, String instead) {
        return switch (action) {
            case "quarantine" -> Outcome.QUARANTINE;
            // its proxy would hold the message where it was told to
            case "reject" -> instead.equals("quarantine") ? Outcome.QUARANTINE : Outcome.REJECT;
            case "discard" -> Outcome.REJECT; // nothing that was accepted is thrown away
            case "soft reject" -> Outcome.SOFT_REJECT;
            case "add header", "rewrite subject" -> Outcome.SPAM;
            default -> Outcome.CLEAN; // no action, greylist: the gateway's own business
        };
    }

    private record Symbol(String name, double score) {}

    /** The symbols in their order; of too many those that weigh least go. */
    private static List<String> symbols(JsonNode symbols) {
        List<Symbol> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> symbol : symbols.properties()) {
            all.add(new Symbol(symbol.getKey(), bounded(symbol.getValue().path("score"))));
        }
        Set<Symbol> kept =
                all.stream()
                        .sorted(
                                Comparator.comparingDouble((Symbol s) -> Math.abs(s.score()))
                                        .reversed())
                        .limit(MAX_SYMBOLS)
                        .collect(Collectors.toSet());
        return all.stream().filter(kept::contains).map(RspamdAnswer::text).toList();
    }

    private static String text(Symbol symbol) {
        String name = symbol.name();
        return String.format(
                Locale.ROOT,
                "%s=%.2f",
                name.substring(0, Math.min(name.length(), MAX_SYMBOL))
                        .replaceAll("[^A-Za-z0-9_.-]", "?"),
                symbol.score());
    }

    private static double bounded(JsonNode number) {
        double value = number.asDouble(0);
        return Math.abs(value) <= MAX_SCORE ? value : 0; // nor what is no number
    }
}
