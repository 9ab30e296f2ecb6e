package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.dnsbl.Subject;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;

class DnsblReaderTest {
    @TempDir Path directory;

    private LoadResult load(String yaml) throws IOException {
        return SampleConfig.load(directory, yaml);
    }

    private List<String> problems(String yaml) throws IOException {
        return SampleConfig.problems(directory, yaml);
    }

    @Test
    void aWholeSectionIsRead() throws IOException {
        LoadResult result =
                load(
                        """
                        dnsbl:
                          threshold: 5
                          mode: observe
                          deadline: 2s
                          self-test: 1h
                          lists:
                            - { name: zen, zone: zen.example, weight: 5, codes: [127.0.0.2-11, 127.1.*.*] }
                            - { name: dbl, zone: dbl.example, ask: [helo, author], self-test: false }
                            - { name: allow, zone: allow.example, weight: -5 }
                        """);
        assertThat(result).isInstanceOf(LoadResult.Loaded.class);
        assertThat(((LoadResult.Loaded) result).config().dnsbl())
                .isEqualTo(
                        new DnsblConfig(
                                5,
                                RuleConfig.Mode.OBSERVE,
                                Duration.ofSeconds(2),
                                Duration.ofHours(1),
                                List.of(
                                        new DnsListConfig(
                                                "zen",
                                                Domain.of("zen.example"),
                                                Set.of(Subject.CLIENT),
                                                5,
                                                List.of(
                                                        CodePattern.parse("127.0.0.2-11"),
                                                        CodePattern.parse("127.1.*.*")),
                                                true),
                                        new DnsListConfig(
                                                "dbl",
                                                Domain.of("dbl.example"),
                                                Set.of(Subject.HELO, Subject.AUTHOR),
                                                1,
                                                List.of(CodePattern.ANY),
                                                false),
                                        new DnsListConfig(
                                                "allow",
                                                Domain.of("allow.example"),
                                                Set.of(Subject.CLIENT),
                                                -5,
                                                List.of(CodePattern.ANY),
                                                true))));
    }

    @Test
    void everyProblemIsToldAtOnceWithItsPlace() throws IOException {
        assertThat(
                        problems(
                                """
                                dnsbl:
                                  threshold: 0
                                  deadline: 0
                                  lists:
                                    - { name: zen, zone: "no zone", codes: [127.0.0.9-2, 128.0.0.1] }
                                    - { name: zen, zone: a.example, ask: [client, helo], weight: many }
                                    - { name: dmarc-reject, zone: a.example, color: red }
                                policy:
                                  rules:
                                    - { name: a, stage: helo, action: reject, when: { dnsbl: zen } }
                                    - { name: b, stage: rcpt, action: reject, when: { dnsbl: zne } }
                                """))
                .containsExactly(
                        "2:14: dnsbl.threshold must be a whole number from 1 to 1000, found 0",
                        "3:13: dnsbl.deadline must be longer than 0",
                        "5:29: dnsbl.lists[].zone must be a domain such as example.net: domain"
                                + " holds a character not allowed there",
                        "5:45: dnsbl.lists[].codes must be an answer such as 127.0.0.2,"
                                + " 127.0.0.2-11 or 127.0.*.1-3: a range begins with the smaller"
                                + " number: 9-2",
                        "5:58: dnsbl.lists[].codes must be an answer such as 127.0.0.2,"
                                + " 127.0.0.2-11 or 127.0.*.1-3: answers of lists begin with 127"
                                + " (RFC 5782, 2.1)",
                        "6:15: list zen stands already in line 12",
                        "6:42: a list has addresses or names, not both: ask for client alone, or"
                                + " for some of helo, sender, author",
                        "6:66: dnsbl.lists[].weight must be a whole number from -1000 to 1000,"
                                + " found a text: many",
                        "7:15: dnsbl.lists[].name must not be the name of a built-in rule:"
                                + " dmarc-reject",
                        "7:46: unknown key color in dnsbl.lists; known are name, zone, ask, weight,"
                                + " codes, self-test",
                        "10:62: dnsbl is known from stage rcpt on; this rule's stage is helo",
                        "11:62: there is no list zne in dnsbl.lists");
    }

    @Test
    void aThresholdThatNoListsTogetherReachIsWarnedOf() throws IOException {
        LoadResult result =
                load("dnsbl: { threshold: 9, lists: [{ name: z, zone: z.example, weight: 5 }] }\n");
        assertThat(((LoadResult.Loaded) result).warnings())
                .anyMatch(w -> w.message().contains("9 is never reached"));
    }

    @Test
    void answersThatMeanARefusalAndPoolsOfHalfTheInternetAreWarnedOf() throws IOException {
        LoadResult result =
                load(
                        """
                        dnsbl:
                          lists:
                            - { name: z, zone: z.example, weight: 5, codes: [127.255.255.254] }
                            - { name: y, zone: y.example, weight: 5, codes: [127.0.0.1] }
                            - { name: x, zone: x.example, weight: -5, codes: [127.0.0.1] }
                        greylisting: { pools: [0.0.0.0/0, 192.0.2.0/24, "2000::/3"] }
                        """);
        assertThat(((LoadResult.Loaded) result).warnings())
                .extracting(w -> w.message().split(" ", 3)[1])
                .contains("counts", "127.0.0.1", "0.0.0.0/0", "2000::/3")
                .doesNotContain("192.0.2.0/24");
        assertThat(((LoadResult.Loaded) result).warnings())
                .filteredOn(w -> w.message().contains("everybody would be listed"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.2,    127.0.0.2,    true",
        "127.0.0.2,    127.0.0.3,    false",
        "127.0.0.2-11, 127.0.0.11,   true",
        "127.0.0.2-11, 127.0.0.12,   false",
        "127.0.*.1-3,  127.0.200.3,  true",
        "127.0.*.1-3,  127.1.200.3,  false",
        "127.*.*.*,    ::1,          false",
    })
    void aPatternMeansWhatItSays(String pattern, String answer, boolean meant) {
        assertThat(CodePattern.parse(pattern).matches(Ip.parse(answer))).isEqualTo(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "127.0.0", "127.0.0.256", "127.0.0.-1", "10.0.0.1", "127.0.0.1/8"})
    void whatIsNoPatternIsRefused(String text) {
        assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> CodePattern.parse(text)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
