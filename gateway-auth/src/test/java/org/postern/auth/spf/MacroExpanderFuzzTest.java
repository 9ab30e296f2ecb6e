package org.postern.auth.spf;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Any macro string over any values: bounded, and nothing unprintable in an explanation. */
class MacroExpanderFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void anyMacroStringExpandsWithinBounds(FuzzedDataProvider data) {
        String local = data.consumeString(100);
        String helo = data.consumeString(300);
        String spec = data.consumeRemainingAsString();
        MacroExpander.Values values =
                letter ->
                        switch (letter) {
                            case 's', 'l' -> local;
                            case 'h' -> helo;
                            case 'i' -> "192.0.2.1";
                            default -> "sub.example.org";
                        };
        try {
            String name = MacroExpander.name(MacroString.domainSpec(spec), values);
            int octets = name.getBytes(StandardCharsets.UTF_8).length;
            if (octets > 253 && name.indexOf('.') >= 0) {
                throw new AssertionError(octets + " octets");
            }
        } catch (SpfSyntaxException e) {
            requireMessage(e);
        }
        try {
            MacroExpander.explanation(MacroString.explainString(spec), values)
                    .ifPresent(MacroExpanderFuzzTest::requirePrintable);
        } catch (SpfSyntaxException e) {
            requireMessage(e);
        }
    }

    private static void requirePrintable(String text) {
        if (text.length() > MacroExpander.MAX_EXPLANATION
                || !text.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
            throw new AssertionError(text);
        }
    }

    private static void requireMessage(SpfSyntaxException e) {
        if (e.getMessage().isEmpty() || e.getMessage().length() > 2_000) {
            throw new AssertionError("a syntax error says what is wrong, briefly", e);
        }
    }
}
