package org.postern.app.journal;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.QueueId;
import org.postern.core.net.Cidr;
import org.postern.core.policy.Disposition;
import org.postern.queue.surgery.Amounts;
import org.postern.queue.surgery.SurgeryException;
import org.postern.queue.surgery.VerdictWords;

/**
 * Which messages of the journal are meant: the same options as of the {@code queue} commands, as
 * SQL over one file. Several options narrow it down, several values of one widen it. Immutable.
 */
public final class JournalSelection {
    private static final String OBSERVED = "observed=";

    /** What becomes of a message, as {@code --state} of the journal's commands says it. */
    private static final List<String> STATES =
            Arrays.stream(Disposition.values()).map(Disposition::outcome).toList();

    /** Options that have an index of their own. */
    private static final Set<String> NAMES = Set.of("from", "to", "client", "id", "domain");

    private final String where;
    private final List<Object> values;
    private final String times;
    private final List<Object> timeValues;
    private final boolean named;
    private final @Nullable Instant since;
    private final @Nullable Instant until;
    private final List<String> ids;
    private final String text;

    private JournalSelection(Builder b) {
        this.where = b.where.isEmpty() ? "1" : String.join(" AND ", b.where);
        this.values = Collections.unmodifiableList(b.values);
        this.since = b.since;
        this.until = b.until;
        this.times = b.times.isEmpty() ? "1" : String.join(" AND ", b.times);
        this.timeValues = List.copyOf(b.timeValues);
        this.named = b.named;
        this.ids = List.copyOf(b.ids);
        this.text = b.text.toString();
    }

    /** A condition under construction. */
    private static final class Builder {
        final List<String> where = new ArrayList<>();
        final List<Object> values = new ArrayList<>();
        final List<String> ids = new ArrayList<>();
        final List<String> times = new ArrayList<>();
        final List<Object> timeValues = new ArrayList<>();
        final StringBuilder text = new StringBuilder();
        boolean named;
        @Nullable Instant since;
        @Nullable Instant until;
    }

    /**
     * Reads options, without their dashes, with their values.
     *
     * @param options from, to, client, domain, verdict, reason, state, since, until, older-than,
     *     size-over, id
     * @param now for options that are relative to it
     * @param privacy how addresses may stand in the files
     * @throws SelectionException with the option, what is wrong and what is allowed
     */
    static JournalSelection parse(Map<String, List<String>> options, Instant now, Privacy privacy)
            throws SelectionException {
        Builder b = new Builder();
        for (Map.Entry<String, List<String>> option : new TreeMap<>(options).entrySet()) {
            List<String> any = new ArrayList<>();
            for (String value : option.getValue()) {
                b.text.append(b.text.isEmpty() ? "" : " ");
                b.text.append("--").append(option.getKey()).append(' ').append(value);
                condition(b, option.getKey(), value, now, privacy).ifPresent(any::add);
            }
            if (!any.isEmpty()) {
                b.where.add("(" + String.join(" OR ", any) + ")");
            }
        }
        // in a file that holds a whole day a name is worth more than the time
        b.named = options.keySet().stream().anyMatch(NAMES::contains);
        if (b.since != null) {
            b.times.add("at >= ?");
            b.timeValues.add(b.since.toEpochMilli());
        }
        if (b.until != null) {
            b.times.add("at < ?");
            b.timeValues.add(b.until.toEpochMilli());
        }
        b.times.forEach(t -> b.where.add(b.named ? "+" + t : t));
        b.values.addAll(b.timeValues);
        return new JournalSelection(b);
    }

    private static java.util.Optional<String> condition(
            Builder b, String option, String value, Instant now, Privacy privacy)
            throws SelectionException {
        String sql =
                switch (option) {
                    case "from" -> "sender IN (" + addresses(b, option, value, privacy) + ")";
                    case "to" ->
                            "seq IN (SELECT seq FROM rcpt WHERE address IN ("
                                    + addresses(b, option, value, privacy)
                                    + "))";
                    case "domain" ->
                            "seq IN (SELECT seq FROM rcpt WHERE address IN ("
                                    + domain(b, option, value)
                                    + "))";
                    case "client" -> client(b, value);
                    case "verdict" -> verdict(b, value);
                    case "reason" -> {
                        String code =
                                value.endsWith(".")
                                        ? value.substring(0, value.length() - 1)
                                        : value;
                        b.values.addAll(List.of(code, code + ".", code + "/", code));
                        yield "(reason IN (SELECT id FROM word WHERE text = ? OR (text >= ? AND"
                                + " text < ?)) OR rule IN (SELECT id FROM word WHERE text = ?))";
                    }
                    case "state" -> {
                        String state = value.toLowerCase(Locale.ROOT);
                        if (!STATES.contains(state)) {
                            throw wrong(option, value, String.join(", ", STATES));
                        }
                        b.values.add(state);
                        yield "disposition IN (SELECT id FROM word WHERE text = ?)";
                    }
                    case "since" -> {
                        b.since = later(b.since, instant(option, value, now));
                        yield "";
                    }
                    case "until" -> {
                        b.until = earlier(b.until, instant(option, value, now));
                        yield "";
                    }
                    case "older-than" -> {
                        b.until = earlier(b.until, instant(option, value, now));
                        yield "";
                    }
                    case "size-over" -> {
                        b.values.add(size(option, value));
                        yield "size > ?";
                    }
                    case "id" -> {
                        String id = id(value);
                        b.ids.add(id);
                        b.values.add(id);
                        yield "qid = ?";
                    }
                    default ->
                            throw new SelectionException(
                                    "--"
                                            + option
                                            + ": no such option; from, to, client, domain, verdict,"
                                            + " reason, state, since, until, older-than, size-over"
                                            + " and id are");
                };
        return sql.isEmpty() ? java.util.Optional.empty() : java.util.Optional.of(sql);
    }

    private static Instant later(@Nullable Instant a, Instant b) {
        return a == null || b.isAfter(a) ? b : a;
    }

    private static Instant earlier(@Nullable Instant a, Instant b) {
        return a == null || b.isBefore(a) ? b : a;
    }

    private static String addresses(Builder b, String option, String value, Privacy privacy)
            throws SelectionException {
        if (value.startsWith("@")) {
            return domain(b, option, value.substring(1));
        }
        try {
            String key =
                    value.isEmpty() || value.equals("<>") ? "" : EmailAddress.parse(value).key();
            List<String> forms = List.copyOf(privacy.searched(key));
            b.values.addAll(forms);
            return "SELECT id FROM address WHERE text IN (?" + ",?".repeat(forms.size() - 1) + ")";
        } catch (InvalidAddressException e) {
            throw new SelectionException(
                    "--"
                            + option
                            + " "
                            + value
                            + ": "
                            + e.getMessage()
                            + "; an address, @domain or <> is allowed",
                    e);
        }
    }

    private static String domain(Builder b, String option, String value) throws SelectionException {
        try {
            b.values.add(Domain.parse(value.startsWith("@") ? value.substring(1) : value).ascii());
            return "SELECT id FROM address WHERE domain IN (SELECT id FROM name WHERE text = ?)";
        } catch (InvalidAddressException e) {
            throw new SelectionException("--" + option + " " + value + ": " + e.getMessage(), e);
        }
    }

    private static String client(Builder b, String value) throws SelectionException {
        try {
            Cidr network = Cidr.parse(value);
            byte[] first = network.networkBytes();
            byte[] last = first.clone();
            for (int bit = network.prefix(); bit < last.length * 8; bit++) {
                last[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
            b.values.addAll(List.of(first, last, first.length));
            return "client IN (SELECT id FROM client WHERE ip BETWEEN ? AND ? AND length(ip) = ?)";
        } catch (IllegalArgumentException e) {
            throw new SelectionException("--client " + value + ": " + e.getMessage(), e);
        }
    }

    private static String verdict(Builder b, String value) throws SelectionException {
        if (value.startsWith(OBSERVED) && value.length() > OBSERVED.length()) {
            return observed(b, value.substring(OBSERVED.length()));
        }
        try {
            VerdictWords asked = VerdictWords.parse(value, ", or observed=RULE,");
            b.values.add(asked.result().word());
            return "evidence IN (SELECT id FROM evidence WHERE " + asked.method() + " = ?)";
        } catch (SurgeryException e) {
            throw new SelectionException(String.valueOf(e.getMessage()), e);
        }
    }

    /** What a rule in mode observe would have done: by rule or reason, or any of it. */
    private static String observed(Builder b, String name) {
        if (name.equals("any")) {
            return "observed IS NOT NULL";
        }
        // the column holds "RULE would WORD: REASON; RULE would …"
        b.values.addAll(List.of("; " + name + " would ", ": " + name + ";"));
        return "(instr('; ' || observed, ?) > 0 OR instr(observed || ';', ?) > 0)";
    }

    private static String id(String value) throws SelectionException {
        try {
            return QueueId.parse(value).toString();
        } catch (IllegalArgumentException e) {
            throw new SelectionException("--id " + value + ": " + e.getMessage(), e);
        }
    }

    private static Instant instant(String option, String value, Instant now)
            throws SelectionException {
        try {
            return Amounts.instant(option, value, now);
        } catch (SurgeryException e) {
            throw new SelectionException(String.valueOf(e.getMessage()), e);
        }
    }

    private static long size(String option, String value) throws SelectionException {
        try {
            return Amounts.size(option, value);
        } catch (SurgeryException e) {
            throw new SelectionException(String.valueOf(e.getMessage()), e);
        }
    }

    private static SelectionException wrong(String option, String value, String allowed) {
        return new SelectionException("--" + option + " " + value + ": " + allowed + " is allowed");
    }

    /** The condition on a row of the table message. */
    String where() {
        return where;
    }

    /** What stands for its question marks, in order. */
    List<Object> values() {
        return values;
    }

    /** The part of the condition that is about time alone. */
    String times() {
        return times;
    }

    /** What stands for the question marks of {@link #times}. */
    List<Object> timeValues() {
        return timeValues;
    }

    /** Whether an address, client or id is meant, by which rows are found at once. */
    boolean isNamed() {
        return named;
    }

    /** The queue ids asked for; empty means any. */
    public List<String> ids() {
        return ids;
    }

    /** Whether it asks for what rules in mode observe would have done. */
    boolean asksForObserved() {
        return text.contains("--verdict " + OBSERVED);
    }

    /** Whether nothing narrows it down. */
    public boolean isEverything() {
        return text.isEmpty();
    }

    /**
     * Whether a file may hold what is meant; a day on either side is allowed for stepped clocks.
     */
    boolean mayBeIn(DayFiles.DayFile file) {
        return (since == null || !file.day().plusDays(1).isBefore(day(since)))
                && (until == null || !file.day().minusDays(1).isAfter(day(until)));
    }

    private static LocalDate day(Instant at) {
        return LocalDate.ofInstant(at, ZoneOffset.UTC);
    }

    /** The options again. */
    @Override
    public String toString() {
        return text;
    }
}
