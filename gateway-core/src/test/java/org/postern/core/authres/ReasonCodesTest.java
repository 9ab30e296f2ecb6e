package org.postern.core.authres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReasonCodesTest {
    private static final Path PAGE =
            Path.of(System.getProperty("postern.root", "..")).resolve("docs/reasons.md");
    private static final Pattern CODE =
            Pattern.compile(
                    "`((?:authentication|client-address|spf|iprev|dkim|arc|dmarc)\\.[^`]+)`");

    @Test
    void theyAreThoseOfThePage() throws IOException {
        List<String> codes = new ArrayList<>();
        for (String line : Files.readAllLines(PAGE)) {
            if (line.startsWith("| `")) {
                Matcher code = CODE.matcher(line.substring(0, line.indexOf('|', 1)));
                while (code.find()) {
                    codes.add(code.group(1));
                }
            }
        }
        assertThat(ReasonCodes.written()).isEqualTo(codes).hasSizeGreaterThan(80);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dmarc",
                "dmarc.fail",
                "dmarc.fail.spf-none",
                "dmarc.fail.spf-unaligned.dkim-partial-body",
                "spf.softfail.all",
                "iprev.temperror.timeout",
                "client-address.implausible",
            })
    void aCodeAndItsBeginningsAreKnown(String reason) {
        assertThat(ReasonCodes.isKnown(reason)).isTrue();
    }

    @Test
    void aMisspeltOneHasItsNeighbour() {
        assertThat(ReasonCodes.isKnown("dmarc.fial")).isFalse();
        assertThat(ReasonCodes.nearest("dmarc.fial")).contains("dmarc.fail");
        assertThat(ReasonCodes.isKnown("policy.strict")).isFalse();
        assertThat(ReasonCodes.isKnown("spf.fail.M")).isFalse();
    }
}
