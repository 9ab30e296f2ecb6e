package org.postern.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** {@code docs/rfc.md} in step with the code. */
class RfcIndexTest {
    private static final Pattern REFERENCE = Pattern.compile("\\bRFC ?([0-9]{3,5})\\b");

    @Test
    void everyRfcThatMainCodeRefersToIsListed() throws IOException {
        TreeSet<String> referred = new TreeSet<>();
        for (Path file :
                Tree.files(f ->
                        f.toString().endsWith(".java") && f.toString().contains("/src/main/"))) {
            referred.addAll(numbers(Files.readString(file)));
        }
        assertThat(numbers(Files.readString(Tree.ROOT.resolve("docs/rfc.md"))))
                .as("RFCs in docs/rfc.md")
                .containsAll(referred);
        assertThat(referred).hasSizeGreaterThan(10);
    }

    private static List<String> numbers(String text) {
        return REFERENCE.matcher(text).results().map((MatchResult m) -> m.group(1)).toList();
    }
}
