package org.postern.app.country;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.app.telemetry.Metrics;
import org.postern.core.config.PosternConfig;
import org.postern.core.country.Countries;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;

/** Databases are kept as long as a configuration needs them, and no longer. */
class CountryDatabasesTest {
    @TempDir Path directory;

    private final Metrics metrics = new Metrics();
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-22T10:00:00Z"));
    private final CountryDatabases databases = new CountryDatabases(metrics, time);

    @AfterEach
    void close() {
        metrics.close();
    }

    private Path file(String name) throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        CountryDatabasesTest.class.getResourceAsStream("countries.mmdb"))) {
            return Files.write(directory.resolve(name), in.readAllBytes());
        }
    }

    private PosternConfig config(Path file) throws IOException {
        return SmallSite.snapshot(
                        directory,
                        time,
                        "policy: { country-database: " + file + " }\n",
                        "postmaster@example.test")
                .config();
    }

    @Test
    void whatARefusedReloadOpenedIsGivenUp() throws Exception {
        PosternConfig live = config(file("live.mmdb"));
        databases.prepare(live);
        databases.activate(live);
        databases.prepare(config(file("next.mmdb")));
        assertThat(databases.files()).hasSize(2);
        databases.abandon();
        assertThat(databases.files()).containsExactly(directory.resolve("live.mmdb"));
        assertThat(databases.states())
                .singleElement()
                .satisfies(s -> assertThat(s.name()).endsWith("live.mmdb"));
    }

    @Test
    void aCandidatesStaysThroughReloadsUntilTheCandidateEnds() throws Exception {
        PosternConfig live = config(file("live.mmdb"));
        databases.prepare(live);
        databases.activate(live);
        Countries beside = databases.beside(config(file("beside.mmdb")));
        databases.prepare(live);
        databases.activate(live);
        assertThat(databases.files()).hasSize(2);
        assertThat(beside.of(Ip.parse("192.0.2.7"))).contains("CH");
        databases.beside(config(file("other.mmdb")));
        assertThat(databases.files())
                .containsExactlyInAnyOrder(
                        directory.resolve("live.mmdb"), directory.resolve("other.mmdb"));
        databases.noneBeside();
        assertThat(databases.files()).containsExactly(directory.resolve("live.mmdb"));
    }

    @Test
    void aCandidateWithTheDatabaseInForceSharesItAndItsEndTakesNothingAway() throws Exception {
        PosternConfig live = config(file("live.mmdb"));
        Countries inForce = databases.prepare(live);
        databases.activate(live);
        assertThat(databases.beside(live)).isSameAs(inForce);
        databases.noneBeside();
        assertThat(databases.files()).hasSize(1);
    }

    @Test
    void aFileThatIsNoUseIsToldAndTheCandidateBeforeKeepsItsOwn() throws Exception {
        databases.beside(config(file("good.mmdb")));
        PosternConfig bad = config(Files.write(directory.resolve("bad.mmdb"), new byte[3_000]));
        assertThatThrownBy(() -> databases.beside(bad))
                .isInstanceOf(CountryFileException.class)
                .hasMessageContaining("bad.mmdb");
        assertThat(databases.files()).containsExactly(directory.resolve("good.mmdb"));
    }
}
