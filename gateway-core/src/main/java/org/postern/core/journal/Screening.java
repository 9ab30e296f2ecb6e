package org.postern.core.journal;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.scan.ScanResult;

/**
 * What a message or a recipient was looked at for beside authentication: enough to weigh it again
 * under other rules. What was not asked is not in it.
 *
 * @param dnsbl what the DNS lists said, or null where none was asked
 * @param greylisting what greylisting said of those who passed it, or of the one who did not: words
 *     of a bounded set such as {@code new}, {@code came-back}, {@code known}, {@code pool}; each
 *     once
 * @param scans what the content scanners said
 * @param country two capital letters for where the client is, or null where no database knows
 */
public record Screening(
        @Nullable DnsblVerdict dnsbl,
        List<String> greylisting,
        List<ScanResult> scans,
        @Nullable String country) {
    public Screening {
        greylisting = List.copyOf(greylisting);
        scans = List.copyOf(scans);
    }

    /** These facts, or nothing where nobody was asked. */
    public static Optional<Screening> of(
            @Nullable DnsblVerdict dnsbl,
            List<String> greylisting,
            List<ScanResult> scans,
            @Nullable String country) {
        return dnsbl == null && greylisting.isEmpty() && scans.isEmpty() && country == null
                ? Optional.empty()
                : Optional.of(new Screening(dnsbl, greylisting, scans, country));
    }
}
