package org.postern.app.scan;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.postern.auth.AuthenticatorSettings;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;
import org.postern.core.authres.Verdicts;
import org.postern.core.mail.ByteRange;
import org.postern.core.scan.FieldChanges;
import org.postern.core.scan.ScanResult;

/**
 * What of the changes that scanners ask for is made to one message. Fields that trace, authenticate
 * or carry what people wrote are neither added nor left out by a scanner. A field that a signature
 * covers which passed is not left out, and none is added where that signature says that there is no
 * further one: the next reader could not verify it any more. A signature that did not pass forbids
 * nothing, or whoever sends spam could forbid what marks it; nor does one forbid the names that are
 * the scanner's own, of which received fields are left out whoever signed them.
 *
 * @param added the fields to add, topmost first
 * @param omitted the received fields to leave out, whole, ascending, those that others leave out
 *     among them
 * @param refused how many changes were asked for and are not made
 */
public record HeaderChanges(List<FieldChanges.Added> added, List<ByteRange> omitted, int refused) {
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
     * @param verdicts what was found of its signatures
     * @param leftOut what is left out anyway, ascending
     */
    public static HeaderChanges of(
            List<ScanResult> results,
            HeaderSection header,
            Verdicts verdicts,
            List<ByteRange> leftOut) {
        if (results.stream().allMatch(r -> r.changes().isNone())) {
            return new HeaderChanges(List.of(), leftOut, 0);
        }
        SignedNames signed = new SignedNames(header, verdicts);
        boolean virus = results.stream().anyMatch(r -> r.scanner() == ScanResult.Scanner.CLAMAV);
        List<FieldChanges.Added> added = new ArrayList<>();
        // by where they begin: senders write 70,000 fields of a name that a scanner removes
        SortedMap<Long, ByteRange> omitted = new TreeMap<>();
        leftOut.forEach(range -> omitted.put(range.start(), range));
        int refused = 0;
        for (ScanResult result : results) {
            for (FieldChanges.Added field : result.changes().added()) {
                String name = field.name();
                // what clamd says is said in clamd's fields alone
                boolean foreign = virus && VIRUS.matcher(name).lookingAt();
                boolean breaks = !isOwn(result, name) && signed.forbidMoreOf(name);
                if (foreign || isProtected(name) || breaks) {
                    refused++;
                } else {
                    added.add(field);
                }
            }
            for (FieldChanges.Removed field : result.changes().removed()) {
                String name = field.name();
                if (isProtected(name) || (!isOwn(result, name) && signed.cover(name))) {
                    refused++;
                } else {
                    for (HeaderField f : chosen(header.fields(name), field.which())) {
                        omitted.putIfAbsent(
                                f.offset(), new ByteRange(f.offset(), f.offset() + f.length()));
                    }
                }
            }
        }
        return new HeaderChanges(added, List.copyOf(omitted.values()), refused);
    }

    private static boolean isProtected(String name) {
        return PROTECTED.matcher(name.toLowerCase(Locale.ROOT)).matches();
    }

    /** Whether fields of this name are this scanner's to write, and nobody's before it. */
    private static boolean isOwn(ScanResult result, String name) {
        String small = name.toLowerCase(Locale.ROOT);
        return AuthenticatorSettings.fieldsOf(result.scanner()).stream()
                .anyMatch(small::startsWith);
    }

    private static List<HeaderField> chosen(List<HeaderField> fields, int which) {
        if (which == 0) {
            return fields;
        }
        // in long, since -2147483648 has no opposite
        long index = which > 0 ? which - 1L : fields.size() + (long) which;
        return index >= 0 && index < fields.size() ? List.of(fields.get((int) index)) : List.of();
    }
}
