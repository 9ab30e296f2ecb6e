package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postern.core.config.BuiltInRule;
import org.postern.core.config.CodePattern;
import org.postern.core.config.DnsListConfig;
import org.postern.core.config.DnsblConfig;
import org.postern.core.config.PolicyConfig;
import org.postern.core.config.RuleConfig;
import org.postern.core.config.ScannerConfig;
import org.postern.core.dnsbl.Subject;
import org.postern.core.lists.AccessLists;
import org.postern.core.mail.Domain;
import org.postern.core.scan.ScanResult.Scanner;

/** The names of the rules that no configuration writes. */
class BuiltInRuleTest {
    private static final DnsblConfig DNSBL =
            new DnsblConfig(
                    5,
                    RuleConfig.Mode.ENFORCE,
                    Duration.ofSeconds(1),
                    Duration.ofMinutes(1),
                    List.of(
                            new DnsListConfig(
                                    "zen",
                                    Domain.of("zen.example"),
                                    Set.of(Subject.CLIENT),
                                    5,
                                    List.of(CodePattern.ANY),
                                    true)));

    private static ScannerConfig scanner(Scanner scanner) {
        return new ScannerConfig(
                scanner,
                new ScannerConfig.Address.Tcp("127.0.0.1", 1),
                Duration.ofSeconds(1),
                ScannerConfig.OnFailure.DEFER,
                1_000,
                1,
                RuleConfig.Mode.ENFORCE);
    }

    @Test
    void everyRuleOfAPolicyWithoutALineHasOneOfThem() {
        PolicyEngine everything =
                PolicyEngine.of(
                        PolicyConfig.NONE,
                        Map.of(),
                        DNSBL,
                        Arrays.stream(Scanner.values()).map(BuiltInRuleTest::scanner).toList(),
                        AccessLists.empty(),
                        InstantSource.system());
        assertThat(everything.ruleNames())
                .contains("dnsbl", "virus", "spam", "default")
                .allSatisfy(name -> assertThat(BuiltInRule.of(name)).as(name).isPresent());
    }

    @Test
    void justThoseThatWeighWhoAMessageIsFromRestOnAuthentication() {
        assertThat(BuiltInRule.values())
                .filteredOn(rule -> rule.ground() == BuiltInRule.Ground.AUTHENTICATION)
                .extracting(BuiltInRule::ruleName)
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(AuthenticationRules.values()).map(Rule::ruleName).toList());
    }

    @Test
    void everyOneStandsInTheReference() throws IOException {
        String page =
                Files.readString(
                        Path.of(System.getProperty("postern.root", ".."), "docs", "reasons.md"));
        String table = page.substring(page.indexOf("## Built-in rules"));
        for (BuiltInRule rule : BuiltInRule.values()) {
            assertThat(table).contains("`" + rule.ruleName() + "`");
        }
    }

    @Test
    void theRuleOfAConfigurationIsNoneOfThem() {
        assertThat(BuiltInRule.of("block-bad")).isEmpty();
        assertThat(BuiltInRule.of("dmarc-reject")).contains(BuiltInRule.DMARC_REJECT);
    }
}
