package org.postern.app.country;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.app.telemetry.Metrics;
import org.postern.core.net.Ip;
import org.postern.core.time.ManualTimeSource;

/** A database that MaxMind's own writer has made, and files that are none. */
class CountryDatabaseTest {
    @TempDir Path directory;

    private final Metrics metrics = new Metrics();
    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-22T10:00:00Z"));

    @AfterEach
    void close() {
        metrics.close();
    }

    private static byte[] octets() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(
                        CountryDatabaseTest.class.getResourceAsStream("countries.mmdb"))) {
            return in.readAllBytes();
        }
    }

    private Path file() throws IOException {
        return Files.write(directory.resolve("countries.mmdb"), octets());
    }

    /** As mmdblookup of Debian's mmdb-bin says of the same file. */
    @ParameterizedTest
    @CsvSource({
        "192.0.2.7,CH",
        "::ffff:192.0.2.7,CH",
        "2002:c000:207::1,CH", // 6to4 of the same, which the writer makes an alias
        "198.51.100.127,DE",
        "198.51.100.128,AT",
        "2001:db8:1::5,SE",
        "2001:db8:2::5,",
        "203.0.113.1,NL", // a flat record, in small letters
        "203.0.113.200,", // a continent alone
        "10.0.0.1,",
        "127.0.0.1,",
        "::1,",
    })
    void anAddressIsInItsCountryOrNobodyKnows(String address, String country) throws Exception {
        CountryDatabase database = new CountryDatabase(file(), metrics, time);
        assertThat(database.of(Ip.parse(address))).isEqualTo(Optional.ofNullable(country));
    }

    @Test
    void aFileThatIsReplacedComesIntoForceByItself() throws Exception {
        Path file = file();
        CountryDatabase database = new CountryDatabase(file, metrics, time);
        InetAddress client = Ip.parse("192.0.2.7");
        byte[] other = octets();
        replace(other, "CH", "LI");
        Path fresh = Files.write(directory.resolve("fresh"), other);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        assertThat(database.of(client)).contains("CH");
        time.advance(CountryDatabase.LOOK_EVERY);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> database.of(client).equals(Optional.of("LI")));
        assertThat(database.trouble()).isEmpty();
    }

    @Test
    void aFileThatIsNoUseLeavesTheOneBeforeInForceAndIsSaid() throws Exception {
        Path file = file();
        CountryDatabase database = new CountryDatabase(file, metrics, time);
        for (byte[] broken : List.of(new byte[0], new byte[5_000], half(octets()))) {
            Files.write(file, broken);
            database.look();
            assertThat(database.of(Ip.parse("192.0.2.7"))).contains("CH");
            assertThat(database.trouble()).contains("countries.mmdb");
        }
        Files.delete(file);
        database.look();
        assertThat(database.of(Ip.parse("192.0.2.7"))).contains("CH");
        assertThat(database.trouble()).contains("cannot be read");
        file();
        database.look();
        assertThat(database.trouble()).isEmpty();
    }

    @Test
    void whoAsksForTheStatusHearsOfABrokenFileThoughNoClientComes() throws Exception {
        Path file = file();
        CountryDatabase database = new CountryDatabase(file, metrics, time);
        Files.write(file, new byte[5_000]);
        assertThat(database.trouble()).as("looked at a moment ago").isEmpty();
        time.advance(CountryDatabase.LOOK_EVERY);
        assertThat(database.trouble()).contains("countries.mmdb");
        assertThat(database.kept()).isEqualTo(1);
        assertThat(database.ageSeconds()).isNotNegative();
    }

    @Test
    void whatIsNoDatabaseOfCountriesIsToldInWords() throws IOException {
        Path old = Files.write(directory.resolve("GeoIP.dat"), new byte[10_000]);
        assertThatThrownBy(() -> CountryDatabase.check(old))
                .isInstanceOf(CountryFileException.class)
                .hasMessageContaining("no MMDB file of format 2");
        byte[] cities = octets();
        replace(cities, "country", "weather");
        replace(cities, "country_code", "weather_code");
        Path weather = Files.write(directory.resolve("weather.mmdb"), cities);
        assertThatThrownBy(() -> CountryDatabase.check(weather))
                .isInstanceOf(CountryFileException.class)
                .hasMessageContaining("says nothing of countries; it has continent, weather");
        assertThatThrownBy(() -> CountryDatabase.check(directory))
                .isInstanceOf(CountryFileException.class);
        assertThatThrownBy(() -> CountryDatabase.check(directory.resolve("none")))
                .isInstanceOf(CountryFileException.class);
    }

    @Test
    void damagedOctetsAreSaidOrUnknownAndNeverThrown() throws Exception {
        Random random = new Random(7);
        byte[] good = octets();
        int opened = 0;
        for (int i = 0; i < 3_000; i++) {
            byte[] bad = good.clone();
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(directory.resolve("bad.mmdb"), bad);
            try {
                CountryDatabase database = new CountryDatabase(file, metrics, time);
                opened++;
                for (String address : List.of("192.0.2.7", "198.51.100.200", "2001:db8:1::5")) {
                    database.of(Ip.parse(address)).ifPresent(c -> assertThat(c).hasSize(2));
                }
            } catch (CountryFileException e) {
                assertThat(e).hasMessageContaining("bad.mmdb");
            }
        }
        assertThat(opened).isPositive();
    }

    private static byte[] half(byte[] all) {
        return java.util.Arrays.copyOf(all, all.length / 2);
    }

    private static void replace(byte[] in, String what, String with) {
        byte[] from = what.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] to = with.getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        // the description at the end, after the marker of the metadata, is left alone
        for (int i = 0; i + from.length < in.length - 250; i++) {
            if (java.util.Arrays.equals(in, i, i + from.length, from, 0, from.length)) {
                System.arraycopy(to, 0, in, i, to.length);
            }
        }
    }
}
