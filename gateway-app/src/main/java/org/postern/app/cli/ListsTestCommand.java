package org.postern.app.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.postern.app.admin.ListHits;
import org.postern.app.admin.ListRoutes;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.mail.InvalidAddressException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/**
 * {@code postern lists test}: what is in force in the daemon, which may be other than what stands
 * on disk; that is told too. Without a daemon the files are asked.
 */
@Command(
        name = "test",
        mixinStandardHelpOptions = true,
        description = {
            "Say which entry an address, IP address or domain hits, and where.",
            "The running gateway is asked; where the files on disk would say otherwise, that is"
                    + " told on standard error."
        },
        footer = "Exit code 1 when nothing hits.")
final class ListsTestCommand implements Callable<Integer> {
    @Mixin private final ConfigOption config = new ConfigOption();
    @Mixin private final JsonOption json = new JsonOption();

    @Parameters(
            paramLabel = "ADDRESS/IP/DOMAIN",
            description = "a@example.org, 192.0.2.7 or example.org")
    private String text = "";

    @Override
    public Integer call() throws IOException {
        Optional<List<JsonNode>> inForce = inForce();
        List<JsonNode> hits = inForce.isPresent() ? inForce.get() : onDisk();
        hits.forEach(this::print);
        boolean passing = inForce.isPresent() && passing();
        if (hits.isEmpty() && !passing && !json.wanted) {
            Console.out().println("no list has it");
        }
        if (inForce.isPresent()) {
            compare(hits);
        }
        return hits.isEmpty() && !passing ? ExitCode.FAILED : ExitCode.OK;
    }

    /** What the daemon says; empty where there is none. */
    private Optional<List<JsonNode>> inForce() throws IOException {
        Daemon.Answer answer;
        try {
            answer = config.daemon().ask("GET", "/api/v1/lists/test?entry=" + Daemon.encode(text));
        } catch (CommandFailure e) {
            Console.err()
                    .println(
                            "the gateway cannot be asked: this is what the files on disk say; bans"
                                    + " and holds are not known ("
                                    + e.getMessage()
                                    + ")");
            return Optional.empty();
        }
        if (answer.status() != 200) {
            throw answer.failure();
        }
        return Optional.of(answer.text().lines().map(Json.MAPPER::readTree).toList());
    }

    /** What stands on disk. */
    private List<JsonNode> onDisk() {
        try {
            return ListHits.of(config.snapshot(), text).stream()
                    .map(hit -> Json.MAPPER.readTree(ListRoutes.json(hit.list(), hit.entry())))
                    .toList();
        } catch (InvalidAddressException e) {
            throw new CommandFailure(ExitCode.USAGE, text + ": " + e.getMessage());
        }
    }

    /** Tells where a reload would change the answer. */
    private void compare(List<JsonNode> hits) {
        List<JsonNode> onDisk;
        try {
            onDisk = onDisk();
        } catch (CommandFailure e) {
            Console.err()
                    .println(
                            "the answer is what is in force; what stands on disk now is broken and"
                                    + " is not: "
                                    + e.getMessage());
            return;
        }
        String more = beyond(onDisk, hits);
        String less = beyond(hits, onDisk);
        if (!more.isEmpty() || !less.isEmpty()) {
            Console.err()
                    .println(
                            "the answer is what is in force; since the last reload the files on"
                                    + " disk have"
                                    + (more.isEmpty() ? "" : " also " + more)
                                    + (more.isEmpty() || less.isEmpty() ? "" : ", and")
                                    + (less.isEmpty() ? "" : " no longer " + less)
                                    + ": postern reload");
        }
    }

    /** What some of these say that none of those says, wherever it stands. */
    private static String beyond(List<JsonNode> these, List<JsonNode> those) {
        TreeSet<String> known =
                those.stream()
                        .map(ListsTestCommand::effect)
                        .collect(Collectors.toCollection(TreeSet::new));
        return these.stream()
                .filter(hit -> !known.contains(effect(hit)))
                .map(hit -> effect(hit) + " (" + where(hit) + ")")
                .collect(Collectors.joining(", "));
    }

    private static String effect(JsonNode hit) {
        return hit.path("list").asString("")
                + " "
                + hit.path("kind").asString("")
                + " "
                + hit.path("entry").asString("");
    }

    private static String where(JsonNode hit) {
        return hit.path("file").asString("") + ":" + hit.path("line").asInt(0);
    }

    /** Who is kept out or on hold for a while only the running gateway knows. */
    private boolean passing() throws IOException {
        Daemon.Answer answer =
                config.daemon()
                        .ask("GET", "/api/v1/lists?about=" + Daemon.encode(text) + json.query("&"));
        if (answer.status() != 200) {
            throw answer.failure();
        }
        String said = answer.text();
        Console.out().print(said);
        return !said.isEmpty();
    }

    private void print(JsonNode hit) {
        if (json.wanted) {
            Console.out().println(Json.MAPPER.writeValueAsString(hit));
            return;
        }
        Console.out()
                .println(
                        where(hit)
                                + ": "
                                + effect(hit)
                                + told(hit, "comment", ", ")
                                + told(hit, "owner", ", by ")
                                + told(hit, "expires", ", until "));
    }

    private static String told(JsonNode hit, String key, String before) {
        JsonNode value = hit.path(key);
        return value.isString() ? before + Human.printable(value.asString("")) : "";
    }
}
