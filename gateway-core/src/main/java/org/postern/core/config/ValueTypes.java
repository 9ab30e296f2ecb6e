package org.postern.core.config;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.postern.core.config.ValueType.Kind;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;

/** The types of single values: each has one way to be written. */
final class ValueTypes {
    private static final int MAX_DAYS = 3_650;

    private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");
    private static final Pattern SIZE =
            Pattern.compile("([0-9]{1,15}) ?(B|KB|MB|GB|TB|KiB|MiB|GiB|TiB)?");
    private static final Pattern PERCENT = Pattern.compile("([0-9]{1,3}(?:[.][0-9]{1,4})?)%");

    // sub-domain *( "." sub-domain ) (RFC 6376, 3.1)
    private static final Pattern SELECTOR_FORM =
            Pattern.compile(
                    "(?=.{1,190}$)[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?"
                            + "([.][A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*");
    private static final String STRING_SCHEMA = "{\"type\": \"string\"}";

    static final ValueType<Boolean> BOOLEAN =
            new ValueType<>(
                    "true or false",
                    Kind.BOOLEAN,
                    "{\"type\": \"boolean\"}",
                    "true"::equalsIgnoreCase);

    static final ValueType<String> TEXT =
            new ValueType<>("a text", Kind.TEXT, STRING_SCHEMA, ValueTypes::text);

    static final ValueType<Duration> DURATION_TYPE =
            new ValueType<>(
                    "a duration such as 500ms, 30s, 5m, 4h or 5d",
                    Kind.QUANTITY,
                    "{\"type\": [\"string\", \"integer\"], \"pattern\":"
                            + " \"^(0|[0-9]+(ms|s|m|h|d))$\"}",
                    ValueTypes::duration);

    static final ValueType<Long> SIZE_TYPE =
            new ValueType<>(
                    "a size such as 512KB, 50MB or 2GB (a number alone is bytes)",
                    Kind.QUANTITY,
                    "{\"type\": [\"string\", \"integer\"], \"pattern\": \"^[0-9]+"
                            + " ?(B|[KMGT]i?B)?$\"}",
                    ValueTypes::size);

    static final ValueType<Double> PERCENTAGE =
            new ValueType<>(
                    "a percentage from 0% to 100% such as 1% or 0.5%",
                    Kind.QUANTITY,
                    "{\"type\": \"string\", \"pattern\": \"^[0-9]{1,3}([.][0-9]{1,4})?%$\"}",
                    ValueTypes::percentage);

    static final ValueType<String> SELECTOR =
            new ValueType<>(
                    "a DKIM selector such as s1 or 2026.mail",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    ValueTypes::selector);

    static final ValueType<Domain> DOMAIN =
            new ValueType<>(
                    "a domain such as example.net", Kind.TEXT, STRING_SCHEMA, ValueTypes::domain);

    static final ValueType<EmailAddress> EMAIL_ADDRESS =
            new ValueType<>(
                    "an address such as alice@example.net",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    ValueTypes::address);

    static final ValueType<InetAddress> IP =
            new ValueType<>(
                    "an IP address such as 192.0.2.1 or 2001:db8::1",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    ValueTypes::ip);

    static final ValueType<Cidr> CIDR =
            new ValueType<>(
                    "a network such as 192.0.2.0/24 or 2001:db8::/32, or a single IP address",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    ValueTypes::cidr);

    static final ValueType<InetSocketAddress> RESOLVER =
            new ValueType<>(
                    "an IP address with or without a port, such as 127.0.0.1, \"127.0.0.1:5353\" or"
                            + " \"[::1]:53\"",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    ValueTypes::resolver);

    static final ValueType<String> RULE_NAME =
            new ValueType<>(
                    "a name of up to 40 small letters, digits and hyphens, such as hold-invoices",
                    Kind.TEXT,
                    "{\"type\": \"string\", \"pattern\": \"^[a-z][a-z0-9-]{0,39}$\"}",
                    PolicyValues::ruleName);

    static final ValueType<String> REPLY_TEXT =
            new ValueType<>(
                    "one line of printable ASCII, at most 300 characters",
                    Kind.TEXT,
                    "{\"type\": \"string\", \"pattern\": \"^[ -~]{1,300}$\"}",
                    PolicyValues::reply);

    static final ValueType<Instant> END =
            new ValueType<>(
                    "a day such as 2026-12-31 (to its end, UTC) or a time such as"
                            + " 2026-12-31T12:00:00Z",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    PolicyValues::end);

    static final ValueType<String> ADDRESS_OR_DOMAIN =
            new ValueType<>(
                    "an address, or \"@example.net\" for all of a domain",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    PolicyValues::addressOrDomain);

    static final ValueType<ConditionConfig.DomainPattern> DOMAIN_PATTERN =
            new ValueType<>(
                    "a domain, or .example.net with everything beneath it",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    PolicyValues::domainPattern);

    static final ValueType<String> REASON =
            new ValueType<>(
                    "a reason code or its beginning up to a dot, such as dmarc.fail",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    PolicyValues::reason);

    static final ValueType<CodePattern> CODE_PATTERN =
            new ValueType<>(
                    "an answer such as 127.0.0.2, 127.0.0.2-11 or 127.0.*.1-3",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    PolicyValues::codePattern);

    static final ValueType<ScannerConfig.Address> SCANNER_ADDRESS =
            new ValueType<>(
                    "host:port, such as 127.0.0.1:3310, or unix:/run/clamav/clamd.ctl",
                    Kind.TEXT,
                    STRING_SCHEMA,
                    ScannerKeys::address);

    private ValueTypes() {}

    /** A whole number in bounds. */
    static ValueType<Integer> number(int least, int most) {
        String range =
                most == Integer.MAX_VALUE
                        ? "a whole number, " + least + " or more"
                        : "a whole number from " + least + " to " + most;
        return new ValueType<>(
                range,
                Kind.NUMBER,
                "{\"type\": \"integer\", \"minimum\": " + least + ", \"maximum\": " + most + "}",
                text -> whole(text, least, most, range));
    }

    /** A size that fits an int. */
    static ValueType<Integer> intSize() {
        return new ValueType<>(
                SIZE_TYPE.name(),
                Kind.QUANTITY,
                SIZE_TYPE.schema(),
                text -> {
                    long value = size(text);
                    if (value > Integer.MAX_VALUE) {
                        throw new BadValueException("must be less than 2GB, found " + text);
                    }
                    return (int) value;
                });
    }

    /** One of a few words. */
    static <E extends Enum<E>> ValueType<E> word(Map<String, E> words) {
        String names =
                words.entrySet().stream()
                        .sorted(Map.Entry.comparingByValue())
                        .map(Map.Entry::getKey)
                        .collect(Collectors.joining(", "));
        String schema =
                words.keySet().stream()
                        .sorted()
                        .collect(Collectors.joining("\", \"", "{\"enum\": [\"", "\"]}"));
        return new ValueType<>(
                "one of " + names,
                Kind.TEXT,
                schema,
                text -> {
                    E value = words.get(text);
                    if (value == null) {
                        throw new BadValueException(
                                "must be one of " + names + ", found " + ValueType.shortened(text));
                    }
                    return value;
                });
    }

    /** One of a few words, as text. */
    static ValueType<String> oneOf(List<String> words) {
        String names = String.join(", ", words);
        return new ValueType<>(
                "one of " + names,
                Kind.TEXT,
                "{\"enum\": [\"" + String.join("\", \"", words) + "\"]}",
                text -> {
                    if (!words.contains(text)) {
                        throw new BadValueException(
                                "must be one of " + names + ", found " + ValueType.shortened(text));
                    }
                    return text;
                });
    }

    private static String text(String text) throws BadValueException {
        if (text.isBlank()) {
            throw new BadValueException("must not be empty");
        }
        return text;
    }

    private static int whole(String text, int least, int most, String range)
            throws BadValueException {
        try {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new BadValueException(
                    "must be " + range + ", found " + ValueType.shortened(text));
        }
        throw new BadValueException("must be " + range + ", found " + text);
    }

    private static Duration duration(String text) throws BadValueException {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Matcher m = DURATION.matcher(text);
        if (!m.matches()) {
            throw new BadValueException(
                    "must be " + DURATION_TYPE.name() + ", found " + ValueType.shortened(text));
        }
        long n = Long.parseLong(m.group(1));
        Duration value =
                switch (m.group(2)) {
                    case "ms" -> Duration.ofMillis(n);
                    case "s" -> Duration.ofSeconds(n);
                    case "m" -> Duration.ofMinutes(n);
                    case "h" -> Duration.ofHours(n);
                    default -> Duration.ofDays(n);
                };
        if (value.compareTo(Duration.ofDays(MAX_DAYS)) > 0) {
            throw new BadValueException("must be at most " + MAX_DAYS + "d, found " + text);
        }
        return value;
    }

    private static long size(String text) throws BadValueException {
        Matcher m = SIZE.matcher(text);
        if (!m.matches()) {
            throw new BadValueException(
                    "must be " + SIZE_TYPE.name() + ", found " + ValueType.shortened(text));
        }
        long n = Long.parseLong(m.group(1));
        String unit = m.group(2) == null ? "B" : m.group(2);
        int power = "BKMGT".indexOf(unit.charAt(0));
        if (n > Long.MAX_VALUE >> (10 * power)) {
            throw new BadValueException("must be less than 8388608TB, found " + text);
        }
        return n << (10 * power);
    }

    /** The share that a percentage stands for, 0 to 1. */
    private static double percentage(String text) throws BadValueException {
        Matcher m = PERCENT.matcher(text);
        if (m.matches()) {
            double share = Double.parseDouble(m.group(1)) / 100;
            if (share <= 1) {
                return share;
            }
        }
        throw new BadValueException(
                "must be " + PERCENTAGE.name() + ", found " + ValueType.shortened(text));
    }

    private static String selector(String text) throws BadValueException {
        if (!SELECTOR_FORM.matcher(text).matches()) {
            throw new BadValueException(
                    "must be " + SELECTOR.name() + ", found " + ValueType.shortened(text));
        }
        return text;
    }

    static Domain domain(String text) throws BadValueException {
        try {
            return Domain.parse(text);
        } catch (InvalidAddressException e) {
            throw new BadValueException(
                    "must be " + DOMAIN.name() + ": " + e.getMessage(), e.position());
        }
    }

    static EmailAddress address(String text) throws BadValueException {
        try {
            return EmailAddress.parse(text);
        } catch (InvalidAddressException e) {
            throw new BadValueException(
                    "must be " + EMAIL_ADDRESS.name() + ": " + e.getMessage(), e.position());
        }
    }

    private static InetAddress ip(String text) throws BadValueException {
        try {
            return Ip.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadValueException(
                    "must be " + IP.name() + ", found " + ValueType.shortened(text));
        }
    }

    private static Cidr cidr(String text) throws BadValueException {
        try {
            return Cidr.parse(text);
        } catch (IllegalArgumentException e) {
            throw new BadValueException("must be a network: " + e.getMessage());
        }
    }

    private static InetSocketAddress resolver(String text) throws BadValueException {
        String host = text;
        int port = 53;
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        if (bracketed || (colon >= 0 && text.indexOf(':') == colon)) {
            int end = bracketed ? text.indexOf(']') : colon;
            if (end < 0) {
                throw new BadValueException("must be " + RESOLVER.name() + ": no closing bracket");
            }
            host = text.substring(bracketed ? 1 : 0, end);
            String rest = text.substring(bracketed ? end + 1 : end);
            if (!rest.isEmpty()) {
                port = rest.startsWith(":") ? port(rest.substring(1)) : port(rest);
            }
        }
        try {
            return new InetSocketAddress(Ip.parseScoped(host), port);
        } catch (IllegalArgumentException e) {
            throw new BadValueException(
                    "must be " + RESOLVER.name() + ", found " + ValueType.shortened(text));
        }
    }

    /** A port from 1 to 65535. */
    static int port(String text) throws BadValueException {
        if (text.isEmpty()
                || text.length() > 5
                || !text.chars().allMatch(c -> c >= '0' && c <= '9')
                || Integer.parseInt(text) < 1
                || Integer.parseInt(text) > 65_535) {
            throw new BadValueException(
                    "needs a port from 1 to 65535 after the colon, found "
                            + (text.isEmpty() ? "none" : ValueType.shortened(text)));
        }
        return Integer.parseInt(text);
    }
}
