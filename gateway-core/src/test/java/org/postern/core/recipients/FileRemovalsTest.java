package org.postern.core.recipients;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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
        return TestSnapshots.loaded(
                        TestSnapshots.read(
                                directory,
                                """
                                domains:
                                  example.test:
                                    recipients: { file: r.txt }
                                    downstream: maildir:mail
                                  example.org:
                                    recipients: { file: r.txt }
                                    downstream: maildir:mail
                                """))
                .recipients();
    }

    private List<String> check(Recipients before, Recipients after, boolean confirmed) {
        return removals.check(before, after, 0.1, confirmed).stream()
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
}
