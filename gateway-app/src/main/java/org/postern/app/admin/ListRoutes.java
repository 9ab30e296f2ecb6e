package org.postern.app.admin;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postern.app.lists.AddedLists;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.lists.AccessLists;
import org.postern.core.lists.AddedEntries.Target;
import org.postern.core.lists.Expiry;
import org.postern.core.lists.FarReaching;
import org.postern.core.lists.ListEntry;
import org.postern.core.lists.ListKind;
import org.postern.core.lists.UnreadableListException;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.time.TimeSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** List entries that commands add, show and take back: {@code /api/v1/lists}. */
public final class ListRoutes {
    private static final Logger LOG = LoggerFactory.getLogger("lists");

    private final AddedLists lists;
    private final PassingEntries passing;
    private final Supplier<Snapshot> current;
    private final TimeSource time;

    /** Routes to these lists, and to who is kept out or on hold for a while. */
    public ListRoutes(
            AddedLists lists, PassingEntries passing, Supplier<Snapshot> current, TimeSource time) {
        this.lists = lists;
        this.passing = passing;
        this.current = current;
        this.time = time;
    }

    /** Every path. */
    public List<Route> routes() {
        return List.of(
                new Route("GET", "/api/v1/lists", false, e -> guarded(e, this::show)),
                new Route("GET", "/api/v1/lists/test", false, e -> guarded(e, this::test)),
                new Route("POST", "/api/v1/lists/add", false, e -> guarded(e, this::add)),
                new Route("POST", "/api/v1/lists/remove", false, e -> guarded(e, this::remove)));
    }

    private interface Step {
        void take(Exchange exchange) throws IOException, InvalidAddressException;
    }

    private static void guarded(Exchange exchange, Step step) throws IOException {
        try {
            step.take(exchange);
        } catch (InvalidAddressException | IllegalArgumentException e) {
            exchange.text(400, Api.TEXT, e.getMessage() + "\n");
        } catch (UnreadableListException e) {
            exchange.text(
                    500, Api.TEXT, e.getMessage() + "\nwhat was in force stays; mend the line\n");
        } catch (IOException e) {
            // a file that is full, or a disk that will not: whoever asked can do something
            String why = e instanceof FileSystemException ? e.toString() : e.getMessage();
            LOG.warn("a list is not changed: {}", why);
            exchange.text(500, Api.TEXT, why + "\nwhat was in force stays\n");
        }
    }

    /** What is in force; one JSON object a line. */
    private void test(Exchange exchange) throws IOException, InvalidAddressException {
        StringBuilder lines = new StringBuilder();
        for (ListHits.Hit hit : ListHits.of(current.get(), required(exchange, "entry"))) {
            lines.append(json(hit.list(), hit.entry())).append('\n');
        }
        exchange.text(200, Api.NDJSON, lines.toString());
    }

    private void show(Exchange exchange) throws IOException {
        String only = exchange.parameter("list");
        boolean text = exchange.wantsText();
        String who = exchange.parameter("about");
        if (who != null) {
            String said =
                    passing.about(who, text).stream()
                            .map(line -> line + "\n")
                            .collect(Collectors.joining());
            exchange.text(200, text ? Api.TEXT : Api.NDJSON, said);
            return;
        }
        List<String> lines = new ArrayList<>();
        for (Target target : Target.values()) {
            if (only == null || only.equals(target.word())) {
                for (ListEntry entry : lists.entries(target)) {
                    lines.add(
                            text
                                    ? line(target, entry, time.instant())
                                    : json(target.word(), entry));
                }
            }
        }
        lines.addAll(passing.lines(only, text));
        List<String> files =
                current.get().lists().sizes().stream()
                        .filter(size -> only == null || only.equals(size.name()))
                        .filter(size -> text || (only != null && Target.of(only).isEmpty()))
                        .map(size -> text ? line(size) : json(size))
                        .toList();
        if (only != null && files.isEmpty() && !isList(only)) {
            exchange.text(
                    404,
                    Api.TEXT,
                    "there is no list "
                            + Human.printable(only)
                            + "; known are allow, deny, ban, hold and those of lists.named\n");
            return;
        }
        try (OutputStream out = exchange.stream(200, text ? Api.TEXT : Api.NDJSON)) {
            for (String line : lines) {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
            if (text && lines.isEmpty()) {
                String none =
                        PassingEntries.none(only)
                                .orElse(
                                        "no entry has been added; list files that people keep:"
                                                + " postern lists test\n");
                if (files.isEmpty() || only == null) {
                    out.write(none.getBytes(StandardCharsets.UTF_8));
                }
            }
            for (String line : files) {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private static boolean isList(String name) {
        return Target.of(name).isPresent() || PassingEntries.none(name).isPresent();
    }

    private static String line(AccessLists.Size size) {
        return size.name()
                + ": "
                + size.entries()
                + " entries"
                + (size.expired() == 0 ? "" : ", " + size.expired() + " of them EXPIRED")
                + ", in force from "
                + size.files().stream().map(Path::toString).collect(Collectors.joining(", "));
    }

    private static String json(AccessLists.Size size) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("list", size.name()).put("entries", size.entries());
        out.put("expired", size.expired());
        ArrayNode files = out.putArray("files");
        size.files().forEach(f -> files.add(f.toString()));
        return Json.MAPPER.writeValueAsString(out);
    }

    private void add(Exchange exchange) throws IOException, InvalidAddressException {
        Target target = target(exchange);
        String value = required(exchange, "entry");
        String until = exchange.parameter("expires");
        ListKind kind = kind(exchange.parameter("kind"), value);
        Optional<String> reach = reach(target, kind, value);
        if (reach.isPresent() && !"true".equals(exchange.parameter("force"))) {
            exchange.text(
                    409,
                    Api.TEXT,
                    "not added: "
                            + Human.printable(value)
                            + ": "
                            + reach.get()
                            + "; if that is meant, say so with --force\n");
            return;
        }
        ListEntry entry =
                lists.add(
                        target,
                        kind,
                        value,
                        exchange.parameter("comment"),
                        exchange.parameter("owner"),
                        until == null ? null : Expiry.parse(until, time.instant()));
        if (exchange.wantsText()) {
            exchange.text(
                    200,
                    Api.TEXT,
                    "added: "
                            + line(target, entry, time.instant())
                            + "\n"
                            + foreign(entry)
                                    .map(domain ->
                                            "note: "
                                                    + domain
                                                    + " is no domain of ours: no mail will meet"
                                                    + " it\n")
                                    .orElse(""));
        } else {
            exchange.text(200, Api.NDJSON, json(target.word(), entry) + "\n");
        }
    }

    /** Why an entry would hit far more than is usually meant. */
    private Optional<String> reach(Target target, ListKind kind, String value) {
        if (target == Target.DENY && kind == ListKind.RECIPIENT && value.startsWith("@")) {
            return hosted(value)
                    .map(domain -> "it is everybody of " + domain + ", a domain of ours");
        }
        return FarReaching.of(kind, value);
    }

    /** The domain of a recipient that no mail is taken for. */
    private Optional<String> foreign(ListEntry entry) {
        String domain = entry.value().substring(entry.value().lastIndexOf('@') + 1);
        return entry.kind() == ListKind.RECIPIENT && hosted(domain).isEmpty()
                ? Optional.of(domain)
                : Optional.empty();
    }

    private Optional<Domain> hosted(String name) {
        try {
            Domain domain = Domain.parse(name.startsWith("@") ? name.substring(1) : name);
            return Optional.of(domain).filter(current.get().config().domains()::containsKey);
        } catch (InvalidAddressException e) {
            return Optional.empty(); // the list says what is wrong with it
        }
    }

    private void remove(Exchange exchange) throws IOException, InvalidAddressException {
        if (PassingEntries.has(exchange.parameter("list"))) {
            passing.remove(exchange, required(exchange, "entry"));
            return;
        }
        Target target = target(exchange);
        String value = required(exchange, "entry");
        ListKind kind = kind(exchange.parameter("kind"), value);
        String by = exchange.parameter("owner");
        boolean there = lists.remove(target, kind, value, by == null ? "nobody named" : by);
        String what = target.word() + " " + kind.key() + " " + value;
        if (exchange.wantsText()) {
            exchange.text(
                    there ? 200 : 404,
                    Api.TEXT,
                    there
                            ? "taken back: " + what + "\n"
                            : what
                                    + " has not been added; an entry of a list file is removed"
                                    + " there\n");
        } else {
            exchange.json(
                    there ? 200 : 404,
                    Json.MAPPER
                            .createObjectNode()
                            .put("removed", there)
                            .put("list", target.word())
                            .put("kind", kind.key())
                            .put("entry", value));
        }
    }

    private static Target target(Exchange exchange) {
        String word = required(exchange, "list");
        return Target.of(word)
                .orElseThrow(() ->
                        new IllegalArgumentException(
                                "the list is allow or deny, found " + Human.printable(word)));
    }

    private static String required(Exchange exchange, String name) {
        String value = exchange.parameter(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is missing");
        }
        return value.strip();
    }

    /** The kind that is named, or the one that the value looks like. */
    static ListKind kind(@Nullable String named, String value) {
        if (named != null && !named.isEmpty()) {
            return ListKind.ofKey(named)
                    .orElseThrow(() ->
                            new IllegalArgumentException(
                                    "there is no kind "
                                            + Human.printable(named)
                                            + "; known are "
                                            + String.join(
                                                    ", ",
                                                    Arrays.stream(ListKind.values())
                                                            .map(ListKind::key)
                                                            .toList())));
        }
        if (value.indexOf('@') >= 0) {
            return ListKind.SENDER;
        }
        return isNetwork(value) ? ListKind.CLIENT : ListKind.SENDER_DOMAIN;
    }

    static boolean isNetwork(String value) {
        if (value.indexOf('@') >= 0) {
            return false; // of an address, whatever its local part is made of
        }
        if (value.indexOf(':') >= 0 || value.indexOf('/') >= 0) {
            return true;
        }
        return value.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
    }

    private static String line(Target target, ListEntry entry, Instant now) {
        StringBuilder out = new StringBuilder();
        out.append(Human.cell(target.word(), 6));
        out.append(Human.cell(entry.kind().key(), 21)).append(entry.value());
        Instant end = entry.expires();
        if (end != null) {
            out.append(now.isBefore(end) ? ", until " : ", EXPIRED ").append(end);
        }
        if (entry.owner() != null) {
            out.append(", by ").append(Human.printable(entry.owner()));
        }
        if (entry.comment() != null) {
            out.append(": ").append(Human.printable(entry.comment()));
        }
        return out.toString();
    }

    /** The object that {@code postern lists} prints for an entry. */
    public static String json(String list, ListEntry entry) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("list", list);
        out.put("kind", entry.kind().key());
        out.put("entry", entry.value());
        out.put("file", entry.file().toString());
        out.put("line", entry.line());
        out.put("comment", entry.comment());
        out.put("owner", entry.owner());
        out.put("expires", entry.expires() == null ? null : entry.expires().toString());
        return Json.MAPPER.writeValueAsString(out);
    }
}
