package org.postern.app.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.app.text.Json;
import org.postern.core.files.WholeFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Messages as files: {@code queue export} and {@code queue reinject}. */
final class QueueFiles {
    private QueueFiles() {}

    /** {@code postern queue export}. */
    @Command(
            name = "export",
            mixinStandardHelpOptions = true,
            description =
                    "Write entries as .eml files with their envelope, which reinject takes back."
                            + " Changes nothing.")
    static final class Export extends DaemonCommand {
        @Mixin private final SelectionOptions selection = new SelectionOptions();

        @Option(
                names = "--directory",
                paramLabel = "DIR",
                description =
                        "where the files go, made when missing; without it one entry goes to"
                                + " standard output")
        private @Nullable Path directory;

        @Override
        public Integer call() throws IOException {
            Daemon daemon = config.daemon();
            if (selection.query().isEmpty()) {
                throw new CommandFailure(
                        ExitCode.USAGE,
                        "say which entries, such as --id ID or --from @example.org; --older-than"
                                + " 0s is everything");
            }
            Path target = directory;
            if (target != null) {
                Files.createDirectories(target);
            }
            int count = 0;
            Daemon.Answer list = daemon.ask("GET", "/api/v1/queue?format=json" + selection.query());
            if (list.status() >= 400) {
                throw list.failure();
            }
            try (BufferedReader lines =
                    new BufferedReader(
                            new InputStreamReader(list.body(), StandardCharsets.UTF_8))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    String id = Json.MAPPER.readTree(line).path("id").asString();
                    if (target == null && count > 0) {
                        throw new CommandFailure(
                                ExitCode.USAGE,
                                "several entries are meant; give --directory for their files");
                    }
                    if (export(daemon, id, target)) {
                        count++;
                    }
                }
            }
            if (target != null) {
                Console.line(
                        json.wanted
                                ? "{\"exported\":" + count + "}"
                                : count + (count == 1 ? " file" : " files") + " in " + target);
            }
            return count > 0 ? ExitCode.OK : ExitCode.FAILED;
        }

        /** Writes one; false if it has left the queue since it was listed. */
        private static boolean export(Daemon daemon, String id, @Nullable Path target)
                throws IOException {
            Daemon.Answer answer = daemon.ask("GET", "/api/v1/queue-export/" + Daemon.encode(id));
            if (answer.status() == 404) {
                return false;
            }
            if (answer.status() >= 400) {
                throw answer.failure();
            }
            try (InputStream in = answer.body()) {
                if (target == null) {
                    Console.copy(in);
                    return true;
                }
                // whole or not at all: a file that breaks off must not look like a message
                WholeFile.write(
                        target.resolve(id + ".eml"),
                        channel -> in.transferTo(Channels.newOutputStream(channel)));
            }
            return true;
        }
    }

    /** {@code postern queue reinject FILE…}. */
    @Command(
            name = "reinject",
            aliases = "import",
            mixinStandardHelpOptions = true,
            description =
                    "Queue messages from files that export wrote, or any .eml with --from and"
                            + " --to.")
    static final class Reinject extends DaemonCommand {
        @Option(
                names = "--from",
                paramLabel = "ADDRESS",
                description = "reverse-path of files without an envelope; none is <>")
        private String from = "";

        @Option(
                names = "--to",
                paramLabel = "ADDRESS",
                description = "recipient of files without an envelope; may be repeated")
        private List<String> to = List.of();

        @Option(names = "--hold", description = "queue them on hold")
        private boolean hold;

        @Option(
                names = {"--why", "--because", "--reason-text"},
                paramLabel = "TEXT",
                description = "why, for the record")
        private String why = "";

        @Parameters(paramLabel = "FILE", arity = "1..*", description = "the files; - is stdin")
        private List<String> files = List.of();

        @Override
        public Integer call() throws IOException {
            Daemon daemon = config.daemon();
            StringBuilder query = new StringBuilder(json.query("?"));
            query.append(Actor.parameter());
            query.append("&reason=").append(Daemon.encode(why));
            query.append("&hold=").append(hold);
            if (!to.isEmpty()) {
                query.append("&from=").append(Daemon.encode(from));
                to.forEach(t -> query.append("&to=").append(Daemon.encode(t)));
            }
            boolean allWell = true;
            for (String file : files) {
                try (InputStream in =
                        file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
                    Daemon.Answer answer =
                            daemon.send("POST", "/api/v1/queue-reinject" + query, in);
                    String said = answer.text();
                    if (answer.status() >= 400) {
                        Console.err().println(file + ": " + said.strip());
                        allWell = false;
                    } else {
                        Console.line(json.wanted ? said.strip() : file + ": " + said.strip());
                    }
                } catch (NoSuchFileException e) {
                    Console.err().println(file + ": there is no such file");
                    allWell = false;
                }
            }
            return allWell ? ExitCode.OK : ExitCode.FAILED;
        }
    }
}
