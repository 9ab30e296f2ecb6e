package org.postern.core.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.core.config.DownstreamConfig.Trust;
import org.postern.core.problem.ProblemCollector;

/** Reads how a downstream's certificate is verified: one way, or none of these keys. */
final class TrustReader {
    private static final int PIN_DIGITS = 64;

    private final PathResolver paths;
    private final ProblemCollector problems;

    TrustReader(PathResolver paths, ProblemCollector problems) {
        this.paths = paths;
        this.problems = problems;
    }

    Trust read(Section s, DownstreamConfig.Tls tls) {
        List<Trust> ways = new ArrayList<>();
        s.one(DownstreamKeys.CA_FILE)
                .filter(text -> !text.isEmpty())
                .flatMap(text -> paths.readable(text, s.placeOf(DownstreamKeys.CA_FILE)))
                .ifPresent(file -> ways.add(new Trust.CaFile(file.absolute())));
        List<String> pins = new ArrayList<>();
        for (Section.Placed<String> pin : s.list(DownstreamKeys.PINS)) {
            hexadecimal(pin).ifPresent(pins::add);
        }
        if (!pins.isEmpty()) {
            ways.add(new Trust.Pins(pins));
        }
        if (s.orDefault(DownstreamKeys.DANE)) {
            ways.add(new Trust.Dane());
        }
        if (ways.size() > 1) {
            problems.error(s.place(), "only one of ca-file, pins and dane can hold at a time");
        }
        if (ways.isEmpty()) {
            return new Trust.SystemRoots();
        }
        boolean idle =
                tls != DownstreamConfig.Tls.REQUIRED && !(ways.getFirst() instanceof Trust.Dane);
        if (idle) {
            problems.error(
                    s.place(),
                    "ca-file and pins verify a certificate only with tls: required; add it, or"
                            + " leave them out");
        }
        return ways.getFirst();
    }

    private Optional<String> hexadecimal(Section.Placed<String> pin) {
        String digits = pin.value().replace(":", "").toLowerCase(Locale.ROOT);
        boolean hex =
                digits.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
        if (digits.length() != PIN_DIGITS || !hex) {
            problems.error(
                    pin.place(),
                    "a pin is the SHA-256 of a public key, 64 hex digits with or without colons");
            return Optional.empty();
        }
        return Optional.of(digits);
    }
}
