package org.postern.core.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.core.config.ConditionConfig.AddressOf;
import static org.postern.core.config.ConditionConfig.DomainOf;
import static org.postern.core.config.ConditionConfig.Method;
import static org.postern.core.policy.ConditionFacts.all;
import static org.postern.core.policy.ConditionFacts.authors;
import static org.postern.core.policy.ConditionFacts.checked;
import static org.postern.core.policy.ConditionFacts.dkim;
import static org.postern.core.policy.ConditionRows.listed;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.Known;
import org.postern.core.authres.Verdicts;
import org.postern.core.config.ConditionConfig;
import org.postern.core.config.FileReference;
import org.postern.core.lists.AccessLists;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.TimeSource;

/** Each condition of the vocabulary: met, not met, and not to be known. */
class ConditionsTest {
    @TempDir static Path folder;

    private static AccessLists lists = AccessLists.empty();

    /** A list of one's own with an entry of each kind, and the two that everybody has. */
    @BeforeAll
    static void load() throws IOException {
        lists =
                lists(
                        file("allow.yaml", "sender: [good@bad.example]\n"),
                        List.of(
                                file(
                                        "deny.yaml",
                                        "sender: ['@bad.example']\nhelo: [bad.helo.example]\n")),
                        Map.of(
                                "own",
                                List.of(
                                        file(
                                                "own.yaml",
                                                """
                                                client: [198.51.100.0/24]
                                                helo: [bad.helo.example]
                                                reverse-name: [client.example]
                                                sender: [bad@sender.example]
                                                sender-domain: [bad.example]
                                                author-domain: [listed.example]
                                                authenticated-domain: [signer.example]
                                                """)),
                                "recipients",
                                List.of(file("rcpt.yaml", "recipient: [bad@example.test]\n"))));
    }

    private static AccessLists lists(
            FileReference allow, List<FileReference> deny, Map<String, List<FileReference>> own) {
        ProblemCollector problems = new ProblemCollector();
        AccessLists loaded =
                AccessLists.load(List.of(allow), deny, own, TimeSource.system(), problems);
        assertThat(problems.toProblems().all()).isEmpty();
        return loaded;
    }

    private static FileReference file(String name, String content) throws IOException {
        return PolicyFixture.file(folder, name, content);
    }

    @ParameterizedTest
    @MethodSource("org.postern.core.policy.ConditionRows#rows")
    void aConditionIsMetOrMissedAndItsNegationIsTheContrary(ConditionRows.Row row) {
        assertThat(holds(row.condition(), row.met())).isTrue();
        assertThat(holds(not(row.condition()), row.met())).isFalse();
        assertThat(holds(row.condition(), row.missed())).isFalse();
        assertThat(holds(not(row.condition()), row.missed())).isTrue();
    }

    @ParameterizedTest
    @MethodSource("org.postern.core.policy.ConditionRows#rows")
    void whatIsNotKnownMeetsNeitherAConditionNorItsNegation(ConditionRows.Row row) {
        for (Facts facts : row.unknown()) {
            assertThat(holds(row.condition(), facts)).as("%s", facts).isFalse();
            assertThat(holds(not(row.condition()), facts)).as("%s", facts).isFalse();
            assertThat(holds(not(not(row.condition())), facts)).as("%s", facts).isFalse();
        }
    }

    @Test
    void theTableHasEveryConditionOfTheVocabulary() {
        Set<Object> seen = new HashSet<>();
        ConditionRows.rows()
                .map(ConditionRows.Row::condition)
                .forEach(c -> {
                    seen.add(c.getClass());
                    switch (c) {
                        case ConditionConfig.DomainName d -> seen.add(d.of());
                        case ConditionConfig.Address a -> seen.add(a.of());
                        case ConditionConfig.Result r -> seen.add(r.of());
                        default -> {
                            // the class says it all
                        }
                    }
                });
        assertThat(seen)
                .containsAll(Arrays.asList(ConditionConfig.class.getPermittedSubclasses()))
                .containsAll(EnumSet.allOf(DomainOf.class))
                .containsAll(EnumSet.allOf(AddressOf.class))
                .containsAll(EnumSet.allOf(Method.class));
    }

    @Test
    void aSignatureThatPassesIsKnownThoughAnotherHasNoAnswer() {
        Verdicts all = all(AuthResult.PASS, "x.pass");
        Facts facts =
                checked(
                        new Verdicts(
                                all.spf(),
                                all.heloSpf(),
                                all.iprev(),
                                List.of(
                                        dkim(AuthResult.TEMPERROR, "dkim.temperror.dns"),
                                        dkim(AuthResult.PASS, "dkim.pass")),
                                all.arc(),
                                all.dmarc()));
        assertThat(holds(result(Method.DKIM, AuthResult.PASS), facts)).isTrue();
        assertThat(holds(not(result(Method.DKIM, AuthResult.PASS)), facts)).isFalse();
        assertThat(holds(not(result(Method.DKIM, AuthResult.FAIL)), facts)).isFalse();
        assertThat(holds(not(new ConditionConfig.Reason(List.of("dkim.fail"))), facts)).isFalse();
        assertThat(holds(not(new ConditionConfig.Reason(List.of("spf.fail"))), facts)).isTrue();
    }

    @Test
    void oneConditionThatIsKnownNotToHoldSettlesTheMatter() {
        ConditionConfig both =
                not(result(Method.SPF, AuthResult.PASS), new ConditionConfig.NullSender(true));
        assertThat(holds(both, checked(all(AuthResult.TEMPERROR, "x.temperror")))).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Method.class)
    void noRuleAgainstWhatDoesNotPassBitesWhereTheClientsAddressIsHidden(Method method) {
        Facts hairpin = checked(all(AuthResult.NONE, Known.IMPLAUSIBLE));
        assertThat(holds(not(result(method, AuthResult.PASS)), hairpin)).isFalse();
        assertThat(holds(result(method, AuthResult.NONE), hairpin)).isFalse();
        assertThat(holds(new ConditionConfig.Reason(List.of(Known.IMPLAUSIBLE)), hairpin)).isTrue();
    }

    private static ConditionConfig result(Method method, AuthResult result) {
        return new ConditionConfig.Result(method, EnumSet.of(result));
    }

    private static ConditionConfig not(ConditionConfig... conditions) {
        return new ConditionConfig.Not(List.of(conditions));
    }

    private static boolean holds(ConditionConfig condition, Facts facts) {
        return Conditions.all(List.of(condition), facts, lists);
    }

    @Test
    void ofSeveralAuthorsAnyIsOnAListAndAllMustBeOnTheAllowList() throws IOException {
        AccessLists some =
                lists(
                        file("authors-allow.yaml", "author-domain: [one.example, three.example]\n"),
                        List.of(),
                        Map.of(
                                "own",
                                List.of(file("authors.yaml", "author-domain: [two.example]\n"))));
        Facts mixed =
                checked(authors(all(AuthResult.NONE, "x.none"), "one.example", "two.example"));
        Facts good =
                checked(authors(all(AuthResult.NONE, "x.none"), "one.example", "three.example"));
        assertThat(Conditions.all(List.of(listed("own")), mixed, some)).isTrue();
        assertThat(Conditions.all(List.of(listed("own")), good, some)).isFalse();
        assertThat(Conditions.all(List.of(listed("allow")), mixed, some)).isFalse();
        assertThat(Conditions.all(List.of(listed("allow")), good, some)).isTrue();
    }
}
