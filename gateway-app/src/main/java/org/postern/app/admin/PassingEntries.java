package org.postern.app.admin;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.app.reputation.AnomalousSenders;
import org.postern.app.reputation.Harvesters;
import org.postern.app.reputation.HoldKey;
import org.postern.app.reputation.Holds;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.auth.dmarc.RegisteredDomain;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Cidr;
import org.postern.core.net.Ip;
import org.postern.core.reputation.Banned;
import org.postern.core.reputation.Bans;
import org.postern.core.reputation.Networks;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the gateway itself has put on a list for a while, and a person can end: {@code ban}, who is
 * kept out, and {@code hold}, whose mail is held. Thread-safe.
 */
public final class PassingEntries {
    private static final String BAN = "ban";
    private static final String HOLD = "hold";

    /** How many of each the status names. */
    private static final int ON_ONE_SCREEN = 5;

    private final Harvesters harvesters;
    private final AnomalousSenders senders;

    /** Those of these. */
    public PassingEntries(Harvesters harvesters, AnomalousSenders senders) {
        this.harvesters = harvesters;
        this.senders = senders;
    }

    /** Whether a list is one of these. */
    static boolean has(@Nullable String list) {
        return BAN.equals(list) || HOLD.equals(list);
    }

    /** What is said of one of these lists when it is empty; nothing of any other. */
    static Optional<String> none(@Nullable String list) {
        if (BAN.equals(list)) {
            return Optional.of("nobody is kept out\n");
        }
        return HOLD.equals(list) ? Optional.of("nobody's mail is on hold\n") : Optional.empty();
    }

    /**
     * One entry.
     *
     * @param list {@code ban} or {@code hold}
     * @param since when it began, by the wall clock of then; null where that was not written down
     * @param many how many connections or recipients were refused, or messages held
     * @param observed whether the messages would be held, and are not
     */
    private record Row(
            String list,
            String kind,
            String name,
            @Nullable Instant since,
            Duration left,
            Instant until,
            long many,
            boolean observed,
            String why) {
        static Row of(Bans.Ban b) {
            Banned whom = b.whom();
            return new Row(
                    BAN,
                    whom.kind(),
                    whom.name(),
                    b.since(),
                    b.left(),
                    b.until(),
                    b.refused(),
                    false,
                    b.reason());
        }

        static Row of(Holds.Hold h, boolean observed) {
            HoldKey whose = h.whose();
            return new Row(
                    HOLD,
                    whose.kind().word(),
                    whose.name(),
                    h.since(),
                    h.left(),
                    h.until(),
                    h.taken(),
                    observed,
                    h.why());
        }

        boolean isAbout(String who, @Nullable Cidr network) {
            if (network != null) {
                return ListRoutes.isNetwork(name) && Cidr.parse(name).covers(network);
            }
            String domain = who.substring(who.lastIndexOf('@') + 1);
            return name.equalsIgnoreCase(who)
                    || name.equalsIgnoreCase(domain)
                    || (list.equals(BAN) && name.equalsIgnoreCase(registered(domain)));
        }

        private String counted() {
            if (list.equals(BAN)) {
                return "refusals";
            }
            return observed ? "messages observed, not held," : "messages held";
        }

        String text() {
            return Human.printable(name)
                    + ", another "
                    + Human.duration(left)
                    + ", "
                    + many
                    + " "
                    + counted()
                    + (since == null ? "" : " since " + since.truncatedTo(ChronoUnit.SECONDS))
                    + ": "
                    + why;
        }

        ObjectNode json() {
            ObjectNode out =
                    Json.MAPPER
                            .createObjectNode()
                            .put("list", list)
                            .put("kind", kind)
                            .put("entry", name)
                            .put("comment", why)
                            .put("since", since == null ? null : since.toString())
                            .put("expires", until.toString());
            if (list.equals(BAN)) {
                return out.put("refusals", many);
            }
            return out.put("mode", observed ? "observe" : "enforce")
                    .put(observed ? "messages_observed" : "messages_held", many);
        }
    }

    /** A ban is of the registered name, whichever name beneath it was used. */
    private static String registered(String domain) {
        try {
            return RegisteredDomain.of(Domain.parse(domain)).ascii();
        } catch (InvalidAddressException e) {
            return domain;
        }
    }

    private Optional<Row> rowOf(String banned) {
        return bans().stream().filter(row -> row.name().equals(banned)).findFirst();
    }

    private List<Row> bans() {
        return harvesters.bans().all().stream().map(Row::of).toList();
    }

    private List<Row> holds() {
        return senders.holds().all().stream().map(h -> Row.of(h, !senders.enforces())).toList();
    }

    /** A line or an object for each entry of this list, or of both where none is named. */
    List<String> lines(@Nullable String only, boolean text) {
        List<Row> rows = new ArrayList<>();
        if (only == null || only.equals(BAN)) {
            rows.addAll(bans());
        }
        if (only == null || only.equals(HOLD)) {
            rows.addAll(holds());
        }
        return rows.stream()
                .map(r ->
                        text
                                ? Human.cell(r.list(), 6) + Human.cell(r.kind(), 21) + r.text()
                                : Json.MAPPER.writeValueAsString(r.json()))
                .toList();
    }

    /**
     * A line or an object for each ban that keeps out, and each hold that holds, mail of somebody.
     *
     * @param who an address, a network or a client, or a domain
     * @throws IllegalArgumentException if it looks like a network and is none
     */
    List<String> about(String who, boolean text) {
        Cidr network = ListRoutes.isNetwork(who) ? Cidr.parse(who) : null;
        return Stream.concat(bans().stream(), holds().stream())
                .filter(row -> row.isAbout(who, network))
                .map(r ->
                        text
                                ? r.list()
                                        + " "
                                        + r.kind()
                                        + " "
                                        + r.text()
                                        + "; postern lists remove "
                                        + r.list()
                                        + " "
                                        + r.name()
                                : Json.MAPPER.writeValueAsString(r.json()))
                .toList();
    }

    /** Who is kept out now and whose mail is on hold, for the status: a label and what to say. */
    List<Map.Entry<String, String>> status() {
        List<Map.Entry<String, String>> lines = new ArrayList<>();
        tell(lines, "kept out", "nobody", BAN, bans());
        tell(lines, "on hold", "nobody's mail", HOLD, holds());
        return lines;
    }

    private static void tell(
            List<Map.Entry<String, String>> lines,
            String label,
            String nobody,
            String list,
            List<Row> rows) {
        if (rows.isEmpty()) {
            lines.add(Map.entry(label, nobody));
        }
        List<Row> first = theFirst(rows);
        first.forEach(r -> lines.add(Map.entry(label, r.kind() + " " + r.text())));
        if (rows.size() > first.size()) {
            lines.add(
                    Map.entry(
                            label,
                            "and "
                                    + (rows.size() - first.size())
                                    + " more: postern lists show "
                                    + list));
        }
    }

    /** Those that touch most: domains and networks before clients, then the newest. */
    private static List<Row> theFirst(List<Row> rows) {
        return rows.stream()
                .sorted(
                        Comparator.comparing((Row r) -> r.kind().equals("client"))
                                .thenComparing(
                                        r -> r.since() == null ? Instant.MIN : r.since(),
                                        Comparator.reverseOrder()))
                .limit(ON_ONE_SCREEN)
                .toList();
    }

    /** The same as JSON: how many there are, and the first of them as {@code lists show} does. */
    ObjectNode statusJson() {
        ObjectNode out = Json.MAPPER.createObjectNode();
        put(out.putObject("bans"), bans());
        put(out.putObject("holds"), holds());
        return out;
    }

    private static void put(ObjectNode out, List<Row> rows) {
        out.put("count", rows.size());
        ArrayNode first = out.putArray("first");
        theFirst(rows).forEach(r -> first.add(r.json()));
    }

    /** Ends what is named {@code entry} on the list that is asked for. */
    void remove(Exchange exchange, String entry) throws IOException, InvalidAddressException {
        String owner = exchange.parameter("owner");
        String by = owner == null ? "nobody named" : owner;
        if (BAN.equals(exchange.parameter("list"))) {
            letIn(exchange, entry, by);
            return;
        }
        String name = entry.startsWith("@") ? entry.substring(1) : entry;
        List<Holds.Hold> ended = senders.end(name, by);
        String held =
                ended.stream()
                        .map(h -> AnomalousSenders.RULE + " " + h.whose().selection())
                        .distinct()
                        .map("postern queue release --reason "::concat)
                        .collect(Collectors.joining("; "));
        answer(
                exchange,
                HOLD,
                name,
                !ended.isEmpty(),
                senders.enforces()
                        ? ": new mail is delivered again; what is held already: " + held + "\n"
                        : ": so much is usual from now on\n",
                " is not on hold\n");
    }

    private void letIn(Exchange exchange, String entry, String by)
            throws IOException, InvalidAddressException {
        if (!ListRoutes.isNetwork(entry)) {
            Domain domain = Domain.parse(entry.startsWith("@") ? entry.substring(1) : entry);
            boolean there = !harvesters.letIn(domain, by).isEmpty();
            String registered = registered(domain.ascii());
            boolean with = rowOf(registered).isPresent();
            String no =
                    with
                            ? " is kept out with "
                                    + registered
                                    + ": postern lists remove ban "
                                    + registered
                                    + "\n"
                            : " is not kept out\n";
            answer(exchange, BAN, domain.ascii(), there, " is let in again\n", no);
            return;
        }
        // of a single address, what stands for its host
        Cidr network = entry.indexOf('/') < 0 ? Networks.host(Ip.parse(entry)) : Cidr.parse(entry);
        int lifted = harvesters.letIn(network, by).size();
        String around =
                harvesters.bans().around(network).stream()
                        .filter(b -> b.whom() instanceof Banned.Network)
                        .map(b -> b.whom().name())
                        .map(n -> " with its network " + n + ": postern lists remove ban " + n)
                        .findFirst()
                        .orElse("");
        answer(
                exchange,
                BAN,
                network.toString(),
                lifted > 0,
                " is let in again"
                        + (lifted > 1 ? ", " + lifted + " bans in all" : "")
                        + (around.isEmpty() ? "" : "; it is still kept out" + around)
                        + "\n",
                (around.isEmpty() ? " is not kept out" : " is kept out" + around) + "\n");
    }

    private static void answer(
            Exchange exchange, String list, String name, boolean there, String yes, String no)
            throws IOException {
        int status = there ? 200 : 404;
        if (exchange.wantsText()) {
            exchange.text(status, Api.TEXT, Human.printable(name) + (there ? yes : no));
        } else {
            exchange.json(
                    status,
                    Json.MAPPER
                            .createObjectNode()
                            .put("removed", there)
                            .put("list", list)
                            .put("entry", name));
        }
    }
}
