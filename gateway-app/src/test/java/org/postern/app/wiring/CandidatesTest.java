package org.postern.app.wiring;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.directory.RemoteDirectories;
import org.postern.app.intake.CandidatePolicy;
import org.postern.app.telemetry.Metrics;
import org.postern.core.problem.Problem;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.time.TimeSource;

/** A candidate is looked at as a reload would, and nothing is made or taken away for it. */
class CandidatesTest {
    private static final List<String> MANY =
            IntStream.range(0, 20).mapToObj(i -> "user" + i + "@other.test").toList();

    private static final String OTHER =
            "  other.test: { recipients: { file: people.txt }, downstream: \"maildir:mail\" }\n";

    @TempDir Path folder;

    private final Metrics metrics = new Metrics();
    private final TimeSource time = TimeSource.system();
    private LiveConfiguration live;
    private CandidatePolicy policy;
    private Candidates candidates;

    @BeforeEach
    void start() throws Exception {
        Files.write(folder.resolve("people.txt"), MANY);
        Path data = folder.resolve("data");
        Snapshot first = SmallSite.snapshot(folder, time, OTHER, "postmaster@example.test");
        live =
                new LiveConfiguration(
                        first,
                        Surroundings.look(first.config()),
                        time,
                        metrics,
                        new RemoteDirectories(data, time, metrics));
        policy = new CandidatePolicy(metrics, time, read -> read, live.countries());
        candidates = new Candidates(live, policy, data, time);
    }

    @AfterEach
    void close() {
        live.close();
        metrics.close();
    }

    private SnapshotResult observe(String more) throws IOException {
        Path file = folder.resolve("candidate.yaml");
        Files.writeString(file, SmallSite.yaml("postmaster@example.test") + more);
        return candidates.observe(file);
    }

    private List<String> refusal(String more) throws IOException {
        SnapshotResult result = observe(more);
        assertThat(result).isInstanceOf(SnapshotResult.Refused.class);
        assertThat(policy.report()).isEmpty();
        return ((SnapshotResult.Refused) result)
                .problems().all().stream().map(Problem::toString).toList();
    }

    @Test
    void aDatabaseOfCountriesThatIsNoUseRefusesItAtItsPlace() throws IOException {
        Files.write(folder.resolve("bad.mmdb"), new byte[2_000]);
        assertThat(refusal("policy:\n  country-database: bad.mmdb\n"))
                .singleElement()
                .asString()
                .matches(
                        ".*candidate.yaml:9:21: policy.country-database: .*bad.mmdb is"
                                + " broken, or no MMDB file.*");
        assertThat(live.countries().states()).isEmpty();
    }

    @Test
    void aCertificateThatDoesNotLoadRefusesIt() throws IOException {
        Files.writeString(folder.resolve("c.pem"), "no certificate");
        Files.writeString(folder.resolve("k.pem"), "no key");
        assertThat(refusal("tls: { certificates: [{ chain: c.pem, key: k.pem }] }\n"))
                .singleElement()
                .asString()
                .contains("candidate.yaml:8:", "c.pem");
    }

    @Test
    void aListThatCannotBeReadOrIsBrokenRefusesItAtItsPlace() throws IOException {
        Files.writeString(
                folder.resolve("broken.yaml"), "client:\n  - 192.0.2.0/24\n  - 300.1.2.3\n");
        assertThat(refusal("lists:\n  deny: [none.yaml, broken.yaml]\n"))
                .hasSize(2)
                .anyMatch(p -> p.matches(".*candidate.yaml:9:10: .*none.yaml.*"))
                .anyMatch(p -> p.matches(".*broken.yaml:3:5: .*300.1.2.3.*"));
    }

    @Test
    void itsDataDirectoryIsLookedAtAndNotMade() throws IOException {
        Files.writeString(folder.resolve("file"), "");
        Path file = folder.resolve("candidate.yaml");
        String yaml = SmallSite.yaml("postmaster@example.test");
        Files.writeString(file, yaml.replace("data: data", "data: file/data"));
        SnapshotResult refused = candidates.observe(file);
        assertThat(refused).isInstanceOf(SnapshotResult.Refused.class);
        assertThat(((SnapshotResult.Refused) refused).problems().toString())
                .contains("candidate.yaml:2:", "file is not a directory; name another");
        Files.writeString(file, yaml.replace("data: data", "data: new/data"));
        assertThat(candidates.observe(file)).isInstanceOf(SnapshotResult.Loaded.class);
        assertThat(folder.resolve("new")).doesNotExist();
    }

    @Test
    void whatAReloadTakesOnlyWhenConfirmedIsTold() throws IOException {
        Files.write(folder.resolve("people.txt"), MANY.subList(0, 1));
        SnapshotResult result = observe(OTHER);
        assertThat(result).as("%s", result).isInstanceOf(SnapshotResult.Loaded.class);
        assertThat(((SnapshotResult.Loaded) result).warnings())
                .extracting(Problem::toString)
                .anyMatch(
                        w -> w.matches(".*people.txt:1.* warning: 19 of 20 recipients.*--confirm"));
        assertThat(policy.report()).isPresent();
    }

    @Test
    void oneThatIsRefusedLeavesTheOneBefore() throws IOException {
        assertThat(observe("")).isInstanceOf(SnapshotResult.Loaded.class);
        Files.write(folder.resolve("bad.mmdb"), new byte[2_000]);
        assertThat(observe("policy:\n  country-database: bad.mmdb\n"))
                .isInstanceOf(SnapshotResult.Refused.class);
        assertThat(policy.report()).isPresent();
    }
}
