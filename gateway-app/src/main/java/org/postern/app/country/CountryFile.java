package org.postern.app.country;

import com.maxmind.db.CHMCache;
import com.maxmind.db.DatabaseRecord;
import com.maxmind.db.InvalidDatabaseException;
import com.maxmind.db.InvalidNetworkException;
import com.maxmind.db.Networks;
import com.maxmind.db.Reader;
import com.maxmind.db.Reader.FileMode;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * One MMDB file, read whole into memory, so that a file that is written over under our feet takes
 * nothing with it. Understands the records of GeoLite2 and GeoIP2 (Country, City, Enterprise) and
 * DB-IP ({@code country.iso_code}), and flat ones ({@code country_code}, or {@code country} of two
 * letters). Thread-safe.
 */
final class CountryFile {
    /** The longest file in bytes. */
    static final long MAX_BYTES = 256L << 20;

    /** So many networks are looked at for a country before a file is said to have none. */
    private static final int LOOKED_AT = 10_000;

    private final Reader reader;

    private CountryFile(Reader reader) {
        this.reader = reader;
    }

    /**
     * Opens a file and sees whether it has countries.
     *
     * @throws CountryFileException in words for the operator, if it is no such file
     */
    static CountryFile open(Path file) throws CountryFileException {
        try {
            long size = Files.size(file);
            if (size > MAX_BYTES) {
                throw new CountryFileException(
                        file + " is longer than " + MAX_BYTES + " bytes, the most allowed");
            }
            CountryFile opened =
                    new CountryFile(new Reader(file.toFile(), FileMode.MEMORY, new CHMCache()));
            opened.expectCountries(file);
            return opened;
        } catch (InvalidDatabaseException e) {
            throw new CountryFileException(
                    file
                            + " is broken, or no MMDB file of format 2 (GeoLite2-Country.mmdb is"
                            + " one, the old GeoIP.dat is not): "
                            + e.getMessage(),
                    e);
        } catch (IOException e) {
            throw new CountryFileException(file + " cannot be read: " + e.getMessage(), e);
        } catch (InvalidNetworkException | RuntimeException e) {
            // damaged bytes lead the reader anywhere: past its buffer, into endless sizes
            throw new CountryFileException(file + " is broken: " + e, e);
        }
    }

    @SuppressWarnings("rawtypes") // the reader takes a class, and a map's has no parameters
    private void expectCountries(Path file)
            throws CountryFileException, IOException, InvalidNetworkException {
        TreeSet<String> fields = new TreeSet<>();
        Networks<Map> networks = reader.networks(Map.class);
        for (int i = 0; i < LOOKED_AT && networks.hasNext(); i++) {
            DatabaseRecord<Map> network = networks.next();
            Map<?, ?> entry = network.data();
            if (entry != null) {
                if (country(entry).isPresent()) {
                    return;
                }
                entry.keySet().forEach(key -> fields.add(String.valueOf(key)));
            }
        }
        throw new CountryFileException(
                file
                        + " (type "
                        + reader.getMetadata().databaseType()
                        + ") says nothing of countries; it has "
                        + (fields.isEmpty() ? "no entry" : String.join(", ", fields)));
    }

    /** What it is and when it was made, for people. */
    String description() {
        return reader.getMetadata().databaseType()
                + " of "
                + built().toString().substring(0, 10)
                + ", "
                + reader.getMetadata().nodeCount()
                + " nodes";
    }

    /** When it was made. */
    Instant built() {
        return reader.getMetadata().buildTime();
    }

    /**
     * The country of an address.
     *
     * @throws CountryFileException if the file turns out to be damaged there
     */
    Optional<String> of(InetAddress address) throws CountryFileException {
        try {
            Map<?, ?> entry = reader.get(address, Map.class);
            return entry == null ? Optional.empty() : country(entry);
        } catch (IOException | RuntimeException e) {
            throw new CountryFileException("an entry is broken: " + e, e);
        }
    }

    private static Optional<String> country(Map<?, ?> entry) {
        Object country = entry.get("country");
        Object code = country instanceof Map<?, ?> more ? more.get("iso_code") : country;
        return code(code).or(() -> code(entry.get("country_code")));
    }

    private static Optional<String> code(@org.jspecify.annotations.Nullable Object code) {
        return code instanceof String text && text.matches("[A-Za-z]{2}")
                ? Optional.of(text.toUpperCase(Locale.ROOT))
                : Optional.empty();
    }
}
