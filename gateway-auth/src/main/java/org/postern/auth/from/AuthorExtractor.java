package org.postern.auth.from;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.auth.from.Authors.Dubious;
import org.postern.auth.from.Authors.Flaw;
import org.postern.auth.from.Authors.OneDomain;
import org.postern.auth.from.Authors.SeveralDomains;
import org.postern.auth.from.MailboxParser.Mailbox;
import org.postern.auth.header.HeaderField;
import org.postern.auth.header.HeaderSection;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;

/**
 * Finds the Author Domain of a message (RFC 9989, 5.3.1).
 *
 * <p>The rule: a From field that follows RFC 5322 is read by RFC 5322. One that does not is still
 * good if every way to read it, the careless ones included, names the same domain; the many honest
 * programs that forget to quote a name do no harm. Where readings differ it is {@link Dubious}, and
 * so is everything that RFC 5322 forbids outright, such as a second From field.
 *
 * <p>Never fails on any input; linear in its length. Stateless.
 */
public final class AuthorExtractor {
    /** Author domains that are checked one by one (RFC 9989, 11.5). */
    public static final int MAX_DOMAINS = 5;

    /** At signs that are looked at, wherever they stand; keeps the work linear and small. */
    private static final int MAX_AT_SIGNS = 500;

    private static final String FROM = "from";

    /** What may stand around an address that is shown as a name. */
    private static final String AROUND = " \t'\"()[]<>\u2018\u2019\u201c\u201d\u00a0";

    private AuthorExtractor() {}

    /** Reads the From field of a message. */
    public static Authors extract(HeaderSection header) {
        List<HeaderField> fields = header.fields(FROM);
        if (fields.size() > 1) {
            return dubious(Flaw.MULTIPLE_FROM_FIELDS, fields.size() + " From fields");
        }
        if (header.truncated()) {
            return dubious(Flaw.HEADER_TOO_LONG, "a From field may stand beyond what was read");
        }
        if (header.malformed()) {
            for (HeaderField field : header.fields()) {
                if (!field.isNamed(FROM) && looksLikeFrom(field)) {
                    return dubious(
                            Flaw.BROKEN_FIELD_NAME,
                            "line " + (field.index() + 1) + " of the fields has a broken name");
                }
            }
        }
        if (fields.isEmpty()) {
            return dubious(Flaw.NO_FROM, "no From field");
        }
        return parse(fields.getFirst().rawValue());
    }

    /**
     * Whether a name that is not well formed may be read as From: white space, controls and foreign
     * octets aside, and folded perhaps.
     */
    private static boolean looksLikeFrom(HeaderField field) {
        HeaderSection section = field.section();
        byte[] bytes = section.bytes();
        int matched = 0;
        for (int i = section.start(field.index()); i < section.end(field.index()); i++) {
            int b = bytes[i];
            if (b == ':') {
                return matched == FROM.length();
            }
            boolean printable = b > ' ' && b < 0x7f;
            if (printable) {
                if (matched == FROM.length() || Character.toLowerCase(b) != FROM.charAt(matched)) {
                    return false;
                }
                matched++;
            }
        }
        return false;
    }

    /**
     * Reads the value of a From field.
     *
     * @param octets all after the colon, an octet a character
     */
    static Authors parse(String octets) {
        String text = decodeUtf8(octets);
        if (text.chars().filter(c -> c == '@').count() > MAX_AT_SIGNS) {
            return dubious(Flaw.TOO_MANY_ADDRESSES, "more than " + MAX_AT_SIGNS + " at signs");
        }
        FromTokenizer tokenizer = new FromTokenizer(text);
        if (tokenizer.control()) {
            return dubious(Flaw.CONTROL_CHARACTER, "a control character in the From field");
        }
        MailboxParser parser = new MailboxParser(tokenizer.tokens());
        if (parser.tooMany()) {
            return dubious(
                    Flaw.TOO_MANY_ADDRESSES,
                    "more than " + MailboxParser.MAX_MAILBOXES + " addresses");
        }
        if (parser.group()) {
            return dubious(
                    parser.mailboxes().isEmpty() ? Flaw.EMPTY_GROUP : Flaw.GROUP,
                    parser.mailboxes().size() + " addresses in a group");
        }
        return judge(text, tokenizer, parser);
    }

    private static Authors judge(String text, FromTokenizer tokenizer, MailboxParser parser) {
        Set<Domain> domains = new LinkedHashSet<>();
        List<String> remarks = new ArrayList<>();
        Flaw flaw = flawOf(tokenizer, parser);
        for (Mailbox mailbox : parser.mailboxes()) {
            Flaw own = read(mailbox, domains, remarks);
            // what is wrong with an address says more than that something is wrong
            flaw = flaw == null || (flaw == Flaw.SYNTAX && own != null) ? own : flaw;
        }
        if (flaw != null) {
            return everyReading(text, domains, flaw, remarks);
        }
        if (domains.size() > MAX_DOMAINS) {
            return dubious(Flaw.TOO_MANY_DOMAINS, domains.size() + " domains in the From field");
        }
        return domains.size() == 1
                ? new OneDomain(domains.iterator().next(), remarks)
                : new SeveralDomains(List.copyOf(domains), remarks);
    }

    private static @Nullable Flaw flawOf(FromTokenizer tokenizer, MailboxParser parser) {
        if (parser.route()) {
            return Flaw.ROUTE;
        }
        if (parser.mailboxes().isEmpty()) {
            return Flaw.EMPTY;
        }
        return tokenizer.broken() || parser.deviation() ? Flaw.SYNTAX : null;
    }

    /** Adds the mailbox' domain; the flaw that stands in the way of believing it, or null. */
    private static @Nullable Flaw read(Mailbox mailbox, Set<Domain> domains, List<String> remarks) {
        String text = mailbox.domain();
        if (text == null) {
            if (EncodedWords.in(mailbox.localPart())) {
                return Flaw.ENCODED_ADDRESS;
            }
            return mailbox.localPart().isEmpty() ? Flaw.EMPTY : Flaw.NO_DOMAIN;
        }
        if (text.startsWith("[")) {
            return Flaw.ADDRESS_LITERAL;
        }
        Domain domain = domainOrNull(text);
        if (domain == null) {
            return EncodedWords.in(text) ? Flaw.ENCODED_ADDRESS : Flaw.BAD_DOMAIN;
        }
        domains.add(domain);
        if (mailbox.localPart().indexOf('@') >= 0) {
            return Flaw.AT_IN_LOCAL_PART;
        }
        if (EncodedWords.in(mailbox.localPart())) {
            return Flaw.ENCODED_ADDRESS;
        }
        return readName(mailbox.displayName(), domain, remarks);
    }

    /**
     * A display name is not DMARC's business (RFC 9989, 11.4) until a reader takes it for the
     * author: it holds a whole address in brackets, or it is nothing but an address.
     */
    private static @Nullable Flaw readName(
            String displayName, Domain domain, List<String> remarks) {
        if (displayName.isEmpty()) {
            return null;
        }
        String name = EncodedWords.decode(displayName);
        Set<Domain> shown = new LinkedHashSet<>();
        scan(name, shown);
        shown.removeIf(d -> d.isWithin(domain) || domain.isWithin(d));
        if (shown.isEmpty()) {
            return null;
        }
        remarks.add("the display name shows an address of " + shown.iterator().next());
        int open = name.indexOf('<');
        boolean bracketed = open >= 0 && name.indexOf('@', open) >= 0;
        boolean control = name.chars().anyMatch(c -> c < 0x20 || c == 0x7f);
        return bracketed || control || isAddress(name) ? Flaw.ADDRESS_IN_NAME : null;
    }

    /** Whether a name is one address and nothing else, but for quotes and the like around it. */
    private static boolean isAddress(String name) {
        int from = 0;
        int to = name.length();
        while (from < to && AROUND.indexOf(name.charAt(from)) >= 0) {
            from++;
        }
        while (to > from && AROUND.indexOf(name.charAt(to - 1)) >= 0) {
            to--;
        }
        String bare = name.substring(from, to);
        return bare.indexOf('@') > 0 && bare.chars().noneMatch(Character::isWhitespace);
    }

    /** One domain if all ways to read the field lead to it, otherwise the flaw. */
    private static Authors everyReading(
            String text, Set<Domain> parsed, Flaw flaw, List<String> remarks) {
        if (flaw == Flaw.ADDRESS_LITERAL) {
            return dubious(flaw, "an address literal in the From field");
        }
        Set<Domain> domains = new LinkedHashSet<>(parsed);
        scan(text, domains);
        scan(EncodedWords.decode(text), domains);
        remarks.add(
                domains.isEmpty()
                        ? "no address in the From field"
                        : "the From field can be read as " + words(domains));
        return domains.size() == 1 && flaw != Flaw.BAD_DOMAIN && flaw != Flaw.ENCODED_ADDRESS
                ? new OneDomain(domains.iterator().next(), remarks)
                : new Dubious(flaw, remarks);
    }

    /** Adds every domain that follows an at sign, wherever it stands. */
    private static void scan(String text, Set<Domain> domains) {
        for (int at = text.indexOf('@');
                at >= 0 && domains.size() <= MAX_DOMAINS;
                at = text.indexOf('@', at + 1)) {
            int end = at + 1;
            while (end < text.length() && isDomainCharacter(text.charAt(end))) {
                end++;
            }
            int last = end;
            while (last > at + 1 && ".-".indexOf(text.charAt(last - 1)) >= 0) {
                last--;
            }
            if (last > at + 1 && last - at <= Domain.MAX_OCTETS + 1) {
                Domain domain = domainOrNull(text.substring(at + 1, last));
                if (domain != null) {
                    domains.add(domain);
                }
            }
        }
    }

    private static @Nullable Domain domainOrNull(String text) {
        try {
            return Domain.parse(text);
        } catch (InvalidAddressException e) {
            return null; // no reader would make a domain of it either
        }
    }

    private static boolean isDomainCharacter(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || c == '.'
                || c == '-'
                || c == '_'
                || c > 0x9f;
    }

    private static String words(Set<Domain> domains) {
        List<String> texts = new ArrayList<>();
        for (Domain domain : domains) {
            texts.add(domain.toString());
        }
        return String.join(" or ", texts).toLowerCase(Locale.ROOT);
    }

    /** UTF-8 where it is (RFC 6532), otherwise the octets one to one. */
    private static String decodeUtf8(String octets) {
        boolean ascii = octets.chars().allMatch(c -> c < 0x80);
        if (ascii) {
            return octets;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(octets.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return octets;
        }
    }

    private static Dubious dubious(Flaw flaw, String remark) {
        return new Dubious(flaw, List.of(remark));
    }
}
