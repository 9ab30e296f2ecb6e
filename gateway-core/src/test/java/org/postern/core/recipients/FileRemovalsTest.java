package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.problem.Place;
import org.postern.core.problem.Problem;
import org.postern.core.snapshot.TestSnapshots;

class FileRemovalsTest {
    @TempDir Path directory;

    private final FileRemovals removals = new FileRemovals();

    private static String names(int people, String domain) {
        return IntStream.range(0, people)
                .mapToObj(i -> "p" + i + domain + "\n")
                .collect(Collectors.joining());
    }

    private Recipients of(int people) throws Exception {
        return of(names(people, ""));
    }

    private Recipients of(String file) throws Exception {
        Files.writeString(directory.resolve("r.txt"), file);
        return sources("{ file: r.txt }", "{ file: r.txt }");
    }

    private Recipients sources(String test, String org) throws Exception {
        return TestSnapshots.loaded(
                        TestSnapshots.read(
                                directory,
                                """
                                domains:
                                  example.test:
                                    recipients: %s
                                    downstream: maildir:mail
                                  example.org:
                                    recipients: %s
                                    downstream: maildir:mail
                                """
                                        .formatted(test, org)))
                .recipients();
    }

    private List<String> check(Recipients before, Recipients after, boolean confirmed) {
        return removals.check(before, after, 0.1, confirmed, d -> Place.start(directory)).stream()
                .map(Problem::message)
                .toList();
    }

    @Test
    void aFileThatHasLostTooManyWaitsForConfirmationOfJustThat() throws Exception {
        Recipients hundred = of(100);
        assertThat(check(hundred, of(90), false)).isEmpty();
        assertThat(check(hundred, of(89), true)).as("nobody has seen it yet").hasSize(1);
        assertThat(check(hundred, of(50), true))
                .as("more than anybody has looked at")
                .singleElement()
                .asString()
                .startsWith("50 of 100 recipients are gone; if that is right: postern reload");
        assertThat(check(hundred, of(50), true)).isEmpty();
        assertThat(check(hundred, of(50), false)).as("one confirmation, one reload").hasSize(1);
    }

    @Test
    void aFileThatHasLostEverybodyWaitsHoweverFewTheyWere() throws Exception {
        Recipients three = of(3);
        assertThat(check(three, of(0), false)).hasSize(1);
        assertThat(check(three, of(1), false)).isEmpty();
        assertThat(check(of(0), of(3), false)).isEmpty();
    }

    @Test
    void aFileOfTwoDomainsCannotLoseOneOfThemUnconfirmed() throws Exception {
        String large = names(100, "@example.test");
        Recipients both = of(large + names(4, "@example.org"));
        assertThat(check(both, of(large + names(1, "@example.org")), false)).isEmpty();
        assertThat(check(both, of(large), false))
                .singleElement()
                .asString()
                .startsWith("4 of 4 recipients of example.org are gone; if that is right:");
        assertThat(check(both, of(large), true)).isEmpty();
    }

    private void write(String name, String text) throws Exception {
        Files.writeString(directory.resolve(name), text);
    }

    @Test
    void aSourceThatIsTakenOutOfTheListOrHasAnotherNameIsHeldToWhatTheDomainHad() throws Exception {
        write("roles.txt", names(10, "@example.test"));
        write("people.txt", names(100, "@example.test"));
        write("half.txt", names(50, "@example.test"));
        write("other.txt", "x@example.org\n");
        String org = "{ file: other.txt }";
        Recipients both = sources("[{ file: people.txt }, { file: roles.txt }]", org);
        Recipients half = sources("[{ file: half.txt }, { file: roles.txt }]", org);
        assertThat(check(both, half, false))
                .singleElement()
                .asString()
                .startsWith("50 of 100 recipients of example.test are in none of its sources")
                .endsWith("postern reload --confirm");
        assertThat(check(both, half, true)).isEmpty();
        assertThat(check(both, sources("{ file: roles.txt }", org), true))
                .as("more than anybody has looked at")
                .hasSize(1);
        assertThat(check(both, sources("{ file: people.txt }", org), false))
                .as("the roles are among the people")
                .isEmpty();
    }

    @Test
    void whoHasOnlyMovedOrMayBeKnownElsewhereIsNotMissed() throws Exception {
        write("people.txt", names(20, "@example.test"));
        write("moved.txt", names(18, ""));
        write("other.txt", "x@example.org\n");
        String org = "{ file: other.txt }";
        Recipients before = sources("{ file: people.txt }", org);
        assertThat(check(before, sources("{ file: moved.txt }", org), false)).isEmpty();
        assertThat(
                        check(
                                before,
                                sources("{ http: { url: \"https://127.0.0.1:1/r\" } }", org),
                                false))
                .as("never loaded: 451")
                .isEmpty();
        assertThat(check(before, sources("{ accept-all: true }", org), false)).isEmpty();
        assertThat(check(before, sources("{ static: [p1@example.test] }", org), false)).hasSize(1);
    }

    @Test
    void addressesInTheConfigurationAreHeldToTheSame() throws Exception {
        write("other.txt", "x@example.org\n");
        String org = "{ file: other.txt }";
        Recipients eight =
                sources(
                        "{ static: ["
                                + names(8, "@example.test").strip().replace("\n", ", ")
                                + "] }",
                        org);
        assertThat(check(eight, sources("{ static: [p1@example.test] }", org), false)).hasSize(1);
        assertThat(check(eight, sources("{ static: [q@example.test] }", org), false))
                .singleElement()
                .asString()
                .startsWith("8 of 8 recipients of example.test");
    }
}
