package org.postern.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.postern.auth.arc.ArcReason;
import org.postern.auth.dkim.DkimReason;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.from.Authors;
import org.postern.core.authres.ReasonCodes;

/** {@code docs/reasons.md} holds every reason code that the evaluators can give. */
class ReasonsTest {
    /** Whole codes as they stand in the source. */
    private static final Pattern CODE =
            Pattern.compile(
                    "\"((?:spf|dkim|arc|dmarc|iprev|client-address|authentication|jspf|jdkim)"
                            + "\\.[a-z0-9]+(?:[.-][a-z0-9]+)*)\"");

    private static final Path ROOT = Path.of(System.getProperty("postern.root", ".."));

    @Test
    void every_reason_is_documented() throws IOException {
        String page = Files.readString(ROOT.resolve("docs").resolve("reasons.md"));
        Set<String> codes = new TreeSet<>();
        try (Stream<Path> sources =
                Files.walk(ROOT.resolve("gateway-auth/src/main/java"))
                        .filter(p -> p.toString().endsWith(".java"))) {
            for (Path source : sources.toList()) {
                Matcher matcher = CODE.matcher(Files.readString(source));
                while (matcher.find()) {
                    codes.add(matcher.group(1));
                }
            }
        }
        for (DkimReason reason : DkimReason.values()) {
            codes.add(reason.code());
        }
        for (ArcReason reason : ArcReason.values()) {
            codes.add(reason.code());
        }
        for (Authors.Flaw flaw : Authors.Flaw.values()) {
            codes.add("dmarc.permerror." + flaw.word());
        }
        for (DnsAnswer.Reason reason : DnsAnswer.Reason.values()) {
            codes.add("spf.temperror." + reason.word());
        }
        assertThat(codes).hasSizeGreaterThan(80);
        assertThat(codes)
                .filteredOn(code -> !code.startsWith("jspf.") && !code.startsWith("jdkim."))
                .allMatch(ReasonCodes::isKnown);
        codes.removeIf(code -> code.startsWith("spf.temperror."));
        assertThat(codes).allSatisfy(code -> assertThat(page).contains("`" + code + "`"));
    }
}
