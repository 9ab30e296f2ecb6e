package org.postern.queue.surgery;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.QueueId;
import org.postern.core.mail.Recipient;
import org.postern.core.net.Cidr;
import org.postern.queue.spool.EntryBrief;
import org.postern.queue.spool.EntryState;
import org.postern.queue.spool.QueueEntry;

/**
 * Which entries are meant: the options of {@code queue} commands. Several options narrow it down,
 * several values of one option widen it. Immutable.
 */
public final class Selection {
    private final List<Predicate<QueueEntry>> conditions;

    /** For each condition what the index alone can rule out. */
    private final List<Predicate<EntryBrief>> screens;

    private final Set<EntryState> states;
    private final Set<QueueId> ids;
    private final String text;

    private Selection(
            List<Predicate<QueueEntry>> conditions,
            List<Predicate<EntryBrief>> screens,
            Set<EntryState> states,
            Set<QueueId> ids,
            String text) {
        this.conditions = List.copyOf(conditions);
        this.screens = List.copyOf(screens);
        this.states = Set.copyOf(states);
        this.ids = Set.copyOf(ids);
        this.text = text;
    }

    /** What the evaluators found about an entry, where its notes say so. */
    @FunctionalInterface
    public interface VerdictReader {
        /** The result of a method such as {@code dmarc}, in the words of RFC 8601. */
        Optional<String> result(QueueEntry entry, String method);
    }

    /**
     * Reads options, without their dashes, with their values.
     *
     * @param options from, to, client, domain, verdict, reason, state, since, until, older-than,
     *     size-over, id
     * @param now for options that are relative to it
     * @throws SurgeryException with the option, what is wrong and what is allowed
     */
    public static Selection parse(
            Map<String, List<String>> options, Instant now, VerdictReader verdicts)
            throws SurgeryException {
        List<Predicate<QueueEntry>> conditions = new ArrayList<>();
        List<Predicate<EntryBrief>> screens = new ArrayList<>();
        Set<EntryState> states = EnumSet.noneOf(EntryState.class);
        Set<QueueId> ids = new HashSet<>();
        StringBuilder text = new StringBuilder();
        for (Map.Entry<String, List<String>> option : new java.util.TreeMap<>(options).entrySet()) {
            List<Predicate<QueueEntry>> any = new ArrayList<>();
            List<Predicate<EntryBrief>> anyBrief = new ArrayList<>();
            for (String value : option.getValue()) {
                text.append(text.isEmpty() ? "" : " ");
                text.append("--").append(option.getKey()).append(' ').append(value);
                switch (option.getKey()) {
                    case "state" -> states.add(state(value));
                    case "id" -> ids.add(id(value));
                    default -> {
                        any.add(condition(option.getKey(), value, now, verdicts));
                        anyBrief.add(screen(option.getKey(), value));
                    }
                }
            }
            if (!any.isEmpty()) {
                conditions.add(entry -> any.stream().anyMatch(c -> c.test(entry)));
                screens.add(brief -> anyBrief.stream().anyMatch(c -> c.test(brief)));
            }
        }
        if (states.isEmpty()) {
            // the trash is meant only by name
            states = ids.isEmpty() ? EnumSet.complementOf(EnumSet.of(EntryState.TRASH)) : all();
        }
        return new Selection(conditions, screens, states, ids, text.toString());
    }

    private static Set<EntryState> all() {
        return EnumSet.allOf(EntryState.class);
    }

    private static Predicate<QueueEntry> condition(
            String option, String value, Instant now, VerdictReader verdicts)
            throws SurgeryException {
        return switch (option) {
            case "from" -> {
                AddressPattern pattern = AddressPattern.parse(option, value);
                yield e -> pattern.matches(e.envelope().reversePath().toString());
            }
            case "to" -> {
                AddressPattern pattern = AddressPattern.parse(option, value);
                yield e -> anyRecipient(e, r -> pattern.matches(r.address().toString()));
            }
            case "domain" -> {
                Domain domain = domain(value);
                yield e -> anyRecipient(e, r -> r.address().host().equals(domain));
            }
            case "client" -> client(value);
            case "verdict" -> verdict(value, verdicts);
            case "reason" ->
                    e ->
                            begins(e.notes().get("reason"), value)
                                    || value.equals(e.notes().get("rule"))
                                    || reasonIs(e.reason(), value);
            case "since" -> {
                Instant since = Amounts.instant(option, value, now);
                yield e -> !e.received().isBefore(since);
            }
            case "until" -> {
                Instant until = Amounts.instant(option, value, now);
                yield e -> e.received().isBefore(until);
            }
            case "older-than" -> {
                Duration age = Amounts.duration(option, value);
                yield e -> e.age().compareTo(age) > 0;
            }
            case "size-over" -> {
                long size = Amounts.size(option, value);
                yield e -> e.size() > size;
            }
            default ->
                    throw new SurgeryException(
                            "--"
                                    + option
                                    + ": no such option; from, to, client, domain, verdict, reason,"
                                    + " state, since, until, older-than, size-over and id are");
        };
    }

    /** What the index can tell of a condition without reading the entry: false is certain. */
    private static Predicate<EntryBrief> screen(String option, String value)
            throws SurgeryException {
        return switch (option) {
            case "from" ->
                    switch (AddressPattern.parse(option, value)) {
                        case AddressPattern.One one -> brief -> brief.mayBeFrom(one.key());
                        case AddressPattern.Whole whole -> {
                            String domain = whole.suffix().substring(1);
                            yield brief -> brief.mayBeFromDomain(domain);
                        }
                    };
            case "to" ->
                    switch (AddressPattern.parse(option, value)) {
                        case AddressPattern.One one -> brief -> brief.mayBeTo(one.key());
                        case AddressPattern.Whole whole -> {
                            String domain = whole.suffix().substring(1);
                            yield brief -> brief.mayBeToDomain(domain);
                        }
                    };
            case "domain" -> {
                String domain = domain(value).ascii();
                yield brief -> brief.mayBeToDomain(domain);
            }
            case "older-than" -> {
                // the index counts whole seconds
                long least = Amounts.duration(option, value).toSeconds() - 1;
                yield brief -> brief.ageSeconds() >= least;
            }
            case "size-over" -> {
                long size = Amounts.size(option, value);
                yield brief -> brief.size() > size || brief.size() == Integer.MAX_VALUE;
            }
            default -> brief -> true;
        };
    }

    private static boolean anyRecipient(QueueEntry e, Predicate<Recipient> condition) {
        return e.envelope().recipients().stream().anyMatch(condition);
    }

    /** A reason stands behind the rule that held it or the plan's id; either can be asked for. */
    private static boolean reasonIs(String text, String value) {
        int colon = text.indexOf(": ");
        return begins(text, value) || (colon >= 0 && begins(text.substring(colon + 2), value));
    }

    /** Whether it is this reason code or begins with it, up to one of its dots; or a word. */
    private static boolean begins(@Nullable String text, String value) {
        if (text == null || !text.startsWith(value)) {
            return false;
        }
        return text.length() == value.length()
                || value.endsWith(".")
                || ".: ".indexOf(text.charAt(value.length())) >= 0;
    }

    private static Predicate<QueueEntry> client(String value) throws SurgeryException {
        Cidr network;
        try {
            network = Cidr.parse(value);
        } catch (IllegalArgumentException e) {
            throw new SurgeryException("--client " + value + ": " + e.getMessage(), e);
        }
        return e -> {
            try {
                return network.contains(InetAddress.ofLiteral(e.clientAddress()));
            } catch (IllegalArgumentException notAnAddress) {
                return false;
            }
        };
    }

    private static Predicate<QueueEntry> verdict(String value, VerdictReader verdicts)
            throws SurgeryException {
        VerdictWords asked = VerdictWords.parse(value, "");
        String result = asked.result().word();
        return e -> verdicts.result(e, asked.method()).filter(result::equals).isPresent();
    }

    private static Domain domain(String value) throws SurgeryException {
        try {
            return Domain.parse(value.startsWith("@") ? value.substring(1) : value);
        } catch (InvalidAddressException e) {
            throw new SurgeryException("--domain " + value + ": " + e.getMessage(), e);
        }
    }

    private static EntryState state(String value) throws SurgeryException {
        for (EntryState state : EntryState.values()) {
            if (state.word().equals(value.toLowerCase(Locale.ROOT))) {
                return state;
            }
        }
        throw Amounts.wrong("state", value, "queued, deferred, held or trash");
    }

    private static QueueId id(String value) throws SurgeryException {
        try {
            return QueueId.parse(value);
        } catch (IllegalArgumentException e) {
            throw new SurgeryException("--id " + value + ": " + e.getMessage(), e);
        }
    }

    /** The states that are looked at. */
    public Set<EntryState> states() {
        return states;
    }

    /** The ids that are meant; empty means any. */
    public Set<QueueId> ids() {
        return ids;
    }

    /** Whether nothing narrows it down: every entry outside the trash is meant. */
    public boolean isEverything() {
        return text.isEmpty();
    }

    /** Whether an entry may be meant, as far as the index knows it; false is certain. */
    public boolean mayMean(EntryBrief brief) {
        return states.contains(brief.state()) && screens.stream().allMatch(s -> s.test(brief));
    }

    /** Whether an entry is meant. */
    public boolean matches(QueueEntry entry) {
        return states.contains(entry.state())
                && (ids.isEmpty() || ids.contains(entry.id()))
                && conditions.stream().allMatch(c -> c.test(entry));
    }

    /** The options again. */
    @Override
    public String toString() {
        return text;
    }
}
