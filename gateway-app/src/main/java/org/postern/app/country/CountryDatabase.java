package org.postern.app.country;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.postern.app.telemetry.Metrics;
import org.postern.core.country.Countries;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A database of countries that may be replaced at any time, as its makers' updaters do: whether it
 * was is looked at, at most every {@link #LOOK_EVERY}, in the background while addresses are asked
 * about or metrics are read, and by who asks for the status. A file that cannot be used leaves the
 * one before in force, which is said once and in the status. Thread-safe.
 */
public final class CountryDatabase implements Countries {
    /** How often the file is looked at. */
    static final Duration LOOK_EVERY = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger("country");

    private final Path path;
    private final Metrics metrics;
    private final TimeSource time;
    private final AtomicBoolean entryTold = new AtomicBoolean();
    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile CountryFile file;
    private volatile Stamp stamp;
    private volatile long lookedNanos;
    private volatile String trouble = "";

    /** How a file is told from the one before. */
    private record Stamp(FileTime modified, long size, @Nullable Object key) {
        static Stamp of(Path path) throws IOException {
            BasicFileAttributes a = Files.readAttributes(path, BasicFileAttributes.class);
            return new Stamp(a.lastModifiedTime(), a.size(), a.fileKey());
        }
    }

    /**
     * The database of a file.
     *
     * @throws CountryFileException if the file cannot be used
     */
    public CountryDatabase(Path path, Metrics metrics, TimeSource time)
            throws CountryFileException {
        this.path = path;
        this.metrics = metrics;
        this.time = time;
        this.stamp = stamp(path);
        this.file = CountryFile.open(path);
        this.lookedNanos = time.nanoTime();
    }

    /**
     * A file as it is now, for a command that ends soon.
     *
     * @throws CountryFileException if it cannot be used
     */
    public static Countries asItIs(Path path) throws CountryFileException {
        CountryFile file = CountryFile.open(path);
        return address -> {
            try {
                return file.of(address);
            } catch (CountryFileException e) {
                LOG.warn("{}: {}", path, e.getMessage());
                return Optional.empty();
            }
        };
    }

    /**
     * Sees whether a file can be used.
     *
     * @throws CountryFileException if it cannot, with why
     */
    public static void check(Path path) throws CountryFileException {
        CountryFile.open(path);
    }

    private static Stamp stamp(Path path) throws CountryFileException {
        try {
            return Stamp.of(path);
        } catch (IOException e) {
            throw new CountryFileException(path + " cannot be read: " + e, e);
        }
    }

    /** The file. */
    public Path path() {
        return path;
    }

    @Override
    public Optional<String> of(InetAddress address) {
        glance();
        try {
            Optional<String> country = file.of(address);
            count(country.isPresent() ? "known" : "unknown");
            return country;
        } catch (CountryFileException e) {
            count("failed");
            if (entryTold.compareAndSet(false, true)) {
                LOG.error("{}: an address's entry cannot be read: {}", path, e.getMessage());
            }
            return Optional.empty();
        }
    }

    /** Sees in the background whether the file is another, if it is time to. */
    private void glance() {
        if (isTime()) {
            Thread.ofVirtual().name("country-file").start(this::lookNow);
        }
    }

    private boolean isTime() {
        if (time.nanoTime() - lookedNanos < LOOK_EVERY.toNanos()
                || !looking.compareAndSet(false, true)) {
            return false;
        }
        lookedNanos = time.nanoTime();
        return true;
    }

    private void count(String result) {
        metrics.count("country.lookups", "result", result);
    }

    private void lookNow() {
        try {
            look();
        } finally {
            looking.set(false);
        }
    }

    /** Reads the file again if it is another; the one before stays if it cannot be used. */
    public synchronized void look() {
        try {
            Stamp now = stamp(path);
            if (Objects.equals(now, stamp)) {
                if (!trouble.isEmpty()) {
                    trouble = "";
                    LOG.info("{} is the file again that is in force", path);
                }
                return;
            }
            CountryFile other = CountryFile.open(path);
            file = other;
            stamp = now;
            trouble = "";
            entryTold.set(false);
            LOG.info("{} is in force: {}", path, other.description());
        } catch (CountryFileException e) {
            report(String.valueOf(e.getMessage()));
        }
    }

    private void report(String why) {
        if (!why.equals(trouble)) {
            trouble = why;
            LOG.error("the database of countries that was read before stays in force: {}", why);
        }
    }

    /** What is wrong with the file as it lies there, or empty; looks at it if it is time to. */
    public String trouble() {
        if (isTime()) {
            lookNow();
        }
        return trouble;
    }

    /** Whether the file that lies there is no use, so that the one before is kept; for a scrape. */
    double kept() {
        glance();
        return trouble.isEmpty() ? 0 : 1;
    }

    /** How long ago the database in force was made, in seconds. */
    double ageSeconds() {
        return Math.max(0, Duration.between(file.built(), time.instant()).toSeconds());
    }

    /** What is in force, for people. */
    public String description() {
        return file.description();
    }
}
