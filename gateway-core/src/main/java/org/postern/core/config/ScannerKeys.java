package org.postern.core.config;

import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.SIZE_TYPE;
import static org.postern.core.config.ValueTypes.number;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postern.core.config.Key.Shape;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.scan.ScanResult;

/** The settings of section {@code scanners}: a part of the table of {@link Keys}. */
final class ScannerKeys {
    private static final Keyed RSPAMD = new Keyed("scanners.rspamd");
    private static final Keyed CLAMAV = new Keyed("scanners.clamav");

    /** Every key of the section. */
    static final List<Key<?>> ALL = all();

    private ScannerKeys() {}

    /** The keys of one scanner. */
    private static final class Keyed {
        final List<Key<?>> table = new ArrayList<>();
        final Key<ScannerConfig.Address> address;
        final Key<Duration> timeout;
        final Key<ScannerConfig.OnFailure> onFailure;
        final Key<Long> sizeLimit;
        final Key<Integer> connections;
        final Key<RuleConfig.Mode> mode;

        Keyed(String section) {
            address =
                    listed(
                            new Key<>(
                                    section,
                                    "address",
                                    ValueTypes.SCANNER_ADDRESS,
                                    Shape.REQUIRED,
                                    "",
                                    "where it listens"));
            timeout =
                    listed(
                            new Key<>(
                                    section,
                                    "timeout",
                                    DURATION_TYPE,
                                    Shape.ONE,
                                    "20s",
                                    "for a whole scan, waiting for its turn among it"));
            onFailure =
                    listed(
                            new Key<>(
                                    section,
                                    "on-failure",
                                    PolicyWords.onFailure(),
                                    Shape.ONE,
                                    "accept",
                                    "what becomes of a message that could not be scanned: accept"
                                            + " (unscanned), or defer (451 4.7.1)"));
            sizeLimit =
                    listed(
                            new Key<>(
                                    section,
                                    "size-limit",
                                    SIZE_TYPE,
                                    Shape.ONE,
                                    "25MB",
                                    "a larger message is not scanned, which is no failure"));
            connections =
                    listed(
                            new Key<>(
                                    section,
                                    "connections",
                                    number(1, 1_000),
                                    Shape.ONE,
                                    "20",
                                    "scans at once; further ones wait for their turn"));
            mode =
                    listed(
                            new Key<>(
                                    section,
                                    "mode",
                                    PolicyWords.modes(),
                                    Shape.ONE,
                                    "enforce",
                                    "observe counts what its rules would have done; header fields"
                                            + " are added all the same"));
        }

        private <T> Key<T> listed(Key<T> key) {
            table.add(key);
            return key;
        }
    }

    private static List<Key<?>> all() {
        List<Key<?>> all = new ArrayList<>(RSPAMD.table);
        all.addAll(CLAMAV.table);
        return List.copyOf(all);
    }

    /** Reads the section. */
    static List<ScannerConfig> read(Section s, ProblemCollector problems) {
        List<ScannerConfig> scanners = new ArrayList<>();
        one(s, "rspamd", ScanResult.Scanner.RSPAMD, RSPAMD, problems, scanners);
        one(s, "clamav", ScanResult.Scanner.CLAMAV, CLAMAV, problems, scanners);
        s.finish();
        return scanners;
    }

    private static void one(
            Section all,
            String name,
            ScanResult.Scanner scanner,
            Keyed keys,
            ProblemCollector problems,
            List<ScannerConfig> into) {
        all.section(name)
                .ifPresent(s -> {
                    Duration timeout = s.orDefault(keys.timeout);
                    if (timeout.isZero()) {
                        problems.error(
                                s.placeOf(keys.timeout),
                                keys.timeout.path() + " must be longer than 0");
                    }
                    if (timeout.compareTo(Duration.ofMinutes(5)) > 0) {
                        // RFC 5321, 4.5.3.2.6: a client waits ten minutes for the last reply
                        problems.warning(
                                s.placeOf(keys.timeout),
                                keys.timeout.path()
                                        + " of more than 5m: senders hang up and send again");
                    }
                    var address = s.one(keys.address);
                    ScannerConfig.OnFailure onFailure = s.orDefault(keys.onFailure);
                    long size = s.orDefault(keys.sizeLimit);
                    int connections = s.orDefault(keys.connections);
                    RuleConfig.Mode mode = s.orDefault(keys.mode);
                    s.finish();
                    address.ifPresent(a ->
                            into.add(
                                    new ScannerConfig(
                                            scanner,
                                            a,
                                            timeout,
                                            onFailure,
                                            size,
                                            connections,
                                            mode)));
                });
    }

    /** Reads {@code host:port}, {@code [address]:port} or {@code unix:/path}. */
    static ScannerConfig.Address address(String text) throws BadValueException {
        if (text.startsWith("unix:")) {
            String path = text.substring("unix:".length());
            if (!path.matches("/[!-~]{1,100}")) {
                throw new BadValueException("unix: needs an absolute path of printable ASCII");
            }
            return new ScannerConfig.Address.Unix(Path.of(path));
        }
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        if (!host.matches("[A-Za-z0-9.:_-]{1,253}")) {
            throw new BadValueException(
                    "must be "
                            + ValueTypes.SCANNER_ADDRESS.name()
                            + ", found "
                            + ValueType.shortened(text));
        }
        return new ScannerConfig.Address.Tcp(host, ValueTypes.port(text.substring(colon + 1)));
    }
}
