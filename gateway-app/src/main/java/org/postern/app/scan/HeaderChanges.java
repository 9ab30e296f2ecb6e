package org.postern.app.scan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;
import org.postern.core.mail.ByteRange;
import org.postern.core.scan.FieldChanges;
import org.postern.core.scan.ScanResult;

/**
 * What of the changes that scanners ask for is made to one message. Fields that trace, authenticate
 * or carry what people wrote are neither added nor left out by a scanner, nor is any field that a
 * signature of the message covers: its next reader could not verify it any more.
 *
 * @param added the fields to add, topmost first
 * @param omitted the received fields to leave out, whole, ascending, those that others leave out
 *     among them
 * @param refused how many changes were asked for and are not made
 */
public record HeaderChanges(List<FieldChanges.Added> added, List<ByteRange> omitted, int refused) {
    /** Signatures that are looked at for what they cover. */
    private static final int MAX_SIGNATURES = 50;

    /** Trace, authentication, ours, and RFC 5322, 3.6, with those of MIME and of lists. */
    private static final Pattern PROTECTED =
            Pattern.compile(
                    "received|return-path|delivered-to|authentication-results|received-spf"
                            + "|dkim-signature|domainkey-signature|arc-.*|x-postern-.*|from|sender"
                            + "|reply-to|to|cc|bcc|subject|date|message-id|in-reply-to|references"
                            + "|comments|keywords|mime-version|content-.*|resent-.*|list-.*"
                            + "|disposition-notification-.*|return-receipt-to|errors-to|autocrypt");

    private static final Pattern VIRUS = Pattern.compile("x-virus", Pattern.CASE_INSENSITIVE);

    public HeaderChanges {
        added = List.copyOf(added);
        omitted = List.copyOf(omitted);
    }

    /**
     * Decides on what these results ask for.
     *
     * @param header the header section as it was received
     * @param leftOut what is left out anyway, ascending
     */
    public static HeaderChanges of(
            List<ScanResult> results, HeaderSection header, List<ByteRange> leftOut) {
        if (results.stream().allMatch(r -> r.changes().isNone())) {
            return new HeaderChanges(List.of(), leftOut, 0);
        }
        Set<String> signed = signed(header);
        boolean virus = results.stream().anyMatch(r -> r.scanner() == ScanResult.Scanner.CLAMAV);
        List<FieldChanges.Added> added = new ArrayList<>();
        List<ByteRange> omitted = new ArrayList<>(leftOut);
        int refused = 0;
        for (ScanResult result : results) {
            for (FieldChanges.Added field : result.changes().added()) {
                // what clamd says is said in clamd's fields alone
                boolean foreign = virus && VIRUS.matcher(field.name()).lookingAt();
                if (!foreign && isFree(field.name(), signed)) {
                    added.add(field);
                } else {
                    refused++;
                }
            }
            for (FieldChanges.Removed field : result.changes().removed()) {
                if (isFree(field.name(), signed)) {
                    chosen(header.fields(field.name()), field.which()).stream()
                            .map(f -> new ByteRange(f.offset(), f.offset() + f.length()))
                            .filter(range -> !omitted.contains(range))
                            .forEach(omitted::add);
                } else {
                    refused++;
                }
            }
        }
        omitted.sort((a, b) -> Long.compare(a.start(), b.start()));
        return new HeaderChanges(added, omitted, refused);
    }

    private static boolean isFree(String name, Set<String> signed) {
        String small = name.toLowerCase(Locale.ROOT);
        return !PROTECTED.matcher(small).matches() && !signed.contains(small);
    }

    private static List<HeaderField> chosen(List<HeaderField> fields, int which) {
        if (which == 0) {
            return fields;
        }
        // in long, since -2147483648 has no opposite
        long index = which > 0 ? which - 1L : fields.size() + (long) which;
        return index >= 0 && index < fields.size() ? List.of(fields.get((int) index)) : List.of();
    }

    /** The names that signatures cover, absent ones among them (RFC 6376, 3.5 and 5.4). */
    private static Set<String> signed(HeaderSection header) {
        Set<String> names = new HashSet<>();
        for (String signature : List.of("dkim-signature", "arc-message-signature")) {
            header.fields(signature).stream()
                    .limit(MAX_SIGNATURES)
                    .flatMap(field -> Arrays.stream(field.value().split(";", -1)))
                    .map(tag -> tag.split("=", 2))
                    .filter(tag -> tag.length == 2 && tag[0].strip().equals("h"))
                    .flatMap(tag -> Arrays.stream(tag[1].split(":", -1)))
                    .forEach(name -> names.add(name.strip().toLowerCase(Locale.ROOT)));
        }
        return names;
    }
}
