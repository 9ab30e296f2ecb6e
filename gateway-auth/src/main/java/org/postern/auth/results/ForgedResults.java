package org.postern.auth.results;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;

/**
 * Finds fields in received content that claim to be ours: Authentication-Results with our id (RFC
 * 8601, 5), Received-SPF that names us as its receiver (RFC 7208, 9.1), and any whose name begins
 * with {@code X-Postern-}, which only we write. Those of others stay: they are trace fields. The
 * comparison is generous: letter case, quotes, comments, folding, a version, a trailing dot,
 * A-labels or U-labels make no difference, since some reader may overlook them too. Immutable.
 */
public final class ForgedResults {
    private static final String RESULTS = "authentication-results";
    private static final String RECEIVED_SPF = "received-spf";

    /** What ends the host's name in {@code (mx.example.net: ...)}. */
    private static final Pattern HOST_OF_COMMENT = Pattern.compile("[:;)\\s]");

    private static final String OUR_NAMES = "x-postern-";

    private final List<String> names;
    private final String ours;
    private final String receiver;

    /** Finds fields under this authserv-id, and Received-SPF fields of the host of this name. */
    public ForgedResults(String authservId, Domain hostname) {
        this(authservId, hostname, List.of());
    }

    /**
     * Finds those too whose names begin with one of these, in small letters: fields that we add for
     * others, such as {@code x-spam}.
     */
    public ForgedResults(String authservId, Domain hostname, List<String> names) {
        this.names = Stream.concat(Stream.of(OUR_NAMES), names.stream()).toList();
        ours = normalize(authservId);
        receiver = normalize(hostname.ascii());
    }

    /** The fields that bear our id or name, each whole with its line end, in order. */
    public List<ByteRange> in(HeaderSection header) {
        List<ByteRange> found = new ArrayList<>(0);
        addIfOurs(header, RESULTS, this::claims, found);
        addIfOurs(header, RECEIVED_SPF, this::isOurReceivedSpf, found);
        for (int i = 0; i < header.count(); i++) {
            for (String name : names) {
                if (hasName(header, i, name)) {
                    add(header.field(i), found);
                    break;
                }
            }
        }
        found.sort((a, b) -> Long.compare(a.start(), b.start()));
        return found;
    }

    /** Whether a field's name begins with this, white space, controls and the like left out. */
    private static boolean hasName(HeaderSection header, int index, String name) {
        byte[] bytes = header.bytes();
        int end = header.end(index);
        int matched = 0;
        for (int i = header.start(index); i < end && matched < name.length(); i++) {
            int b = bytes[i];
            if (b > ' ' && b < 0x7f) {
                if (Character.toLowerCase(b) != name.charAt(matched)) {
                    return false;
                }
                matched++;
            }
        }
        return matched == name.length();
    }

    private static void addIfOurs(
            HeaderSection header, String name, Predicate<String> ours, List<ByteRange> found) {
        for (HeaderField field : header.fields(name)) {
            if (ours.test(field.rawValue())) {
                add(field, found);
            }
        }
        if (header.malformed()) {
            for (HeaderField field : header.fields()) {
                String value = field.isNamed(name) ? null : valueOfBrokenField(field, name);
                if (value != null && ours.test(value)) {
                    add(field, found);
                }
            }
        }
    }

    private static void add(HeaderField field, List<ByteRange> found) {
        found.add(new ByteRange(field.offset(), field.offset() + field.length()));
    }

    /** Whether a field's value begins with our id. */
    boolean claims(String value) {
        ResultsScanner scanner = new ResultsScanner(value);
        StringBuilder id = new StringBuilder();
        for (int parts = 0; parts < 8; parts++) {
            String part = scanner.value(";/");
            if (part == null) {
                return false;
            }
            // a reader that knows no comments or quotes may join what they part
            id.append(part);
            if (id.length() > 1_000) {
                return false;
            }
            if (normalize(id.toString()).equals(ours)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a Received-SPF field's value says that we wrote it: by {@code receiver=}, or by the
     * name that begins its first comment, as is the custom.
     */
    boolean isOurReceivedSpf(String value) {
        int open = value.indexOf('(');
        if (open >= 0) {
            String word = HOST_OF_COMMENT.split(value.substring(open + 1), 2)[0];
            if (normalize(word).equals(receiver)) {
                return true;
            }
        }
        ResultsScanner scanner = new ResultsScanner(value);
        while (!scanner.atEnd()) {
            String key = scanner.value("=;");
            if (key == null) {
                scanner.skipToNextResult();
            } else if (scanner.take('=')) {
                String said = scanner.value(";");
                if (said != null
                        && key.equalsIgnoreCase("receiver")
                        && normalize(said).equals(receiver)) {
                    return true;
                }
            }
        }
        return false;
    }

    /**
     * The value of a field whose name is not well formed, if the name is nevertheless this one
     * without white space, controls and foreign octets; null otherwise.
     */
    private static @Nullable String valueOfBrokenField(HeaderField field, String name) {
        HeaderSection section = field.section();
        byte[] bytes = section.bytes();
        int matched = 0;
        int end = section.end(field.index());
        for (int i = section.start(field.index()); i < end; i++) {
            int b = bytes[i];
            if (b == ':') {
                return matched == name.length()
                        ? new String(bytes, i + 1, end - i - 1, StandardCharsets.ISO_8859_1)
                        : null;
            }
            if (b > ' ' && b < 0x7f) {
                if (matched == name.length() || Character.toLowerCase(b) != name.charAt(matched)) {
                    return null;
                }
                matched++;
            }
        }
        return null;
    }

    private static String normalize(String id) {
        StringBuilder visible = new StringBuilder(id.length());
        id.codePoints()
                .filter(c -> c > ' ' && c != 0x7f && c != '"' && c != '\\')
                .forEach(visible::appendCodePoint);
        String text = decodeUtf8(visible.toString());
        try {
            return Domain.parse(text).ascii();
        } catch (InvalidAddressException e) {
            return text.toLowerCase(Locale.ROOT);
        }
    }

    /** Octets that stand one to a character become what they mean in UTF-8, if they are that. */
    private static String decodeUtf8(String text) {
        boolean octets = text.chars().allMatch(c -> c < 0x100);
        boolean ascii = text.chars().allMatch(c -> c < 0x80);
        if (ascii || !octets) {
            return text;
        }
        String decoded =
                new String(text.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
        return decoded.indexOf('\ufffd') >= 0 ? text : decoded;
    }
}
