package org.postern.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the pages tell people to type is there: the commands and their options. */
class DocumentedCommandsTest {
    private static final Path ROOT = Path.of(System.getProperty("postern.root", ".."));
    private static final Pattern COMMAND =
            Pattern.compile("(?<![\\w./-])(?:\\./)?postern ([a-z][a-z-]*(?: [^`|;\"#]*)?)");
    private static final Pattern OPTION = Pattern.compile("--[a-z][a-z-]*");

    private final CommandLine postern = new CommandLine(new PosternCommand());

    @Test
    void everyCommandAndOptionThatAPageNamesExists() throws IOException {
        List<String> missing = new ArrayList<>();
        int found = 0;
        for (Path page : pages()) {
            for (String line : Files.readAllLines(page)) {
                Matcher matcher = COMMAND.matcher(line);
                while (matcher.find()) {
                    found++;
                    unknown(matcher.group(1))
                            .forEach(what -> missing.add(page + ": " + what + " in: " + line));
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(100);
    }

    /** What of the words behind {@code postern} is neither a command nor an option of it. */
    private List<String> unknown(String text) {
        String[] words = text.strip().split(" +", -1);
        CommandLine command = postern.getSubcommands().get(words[0]);
        if (command == null) {
            return List.of(); // prose about something of this name, such as a user or a unit
        }
        int at = 1;
        if (!command.getSubcommands().isEmpty() && at < words.length) {
            CommandLine inner = command.getSubcommands().get(words[at]);
            if (inner == null && words[at].matches("[a-z]+")) {
                return List.of(words[0] + " " + words[at]);
            }
            command = inner == null ? command : inner;
            at++;
        }
        List<String> unknown = new ArrayList<>();
        for (; at < words.length; at++) {
            Matcher option = OPTION.matcher(words[at]);
            if (option.lookingAt() && command.getCommandSpec().findOption(option.group()) == null) {
                unknown.add(option.group());
            }
        }
        return unknown;
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md")),
                            docs.filter(f -> f.toString().endsWith(".md")))
                    .toList();
        }
    }
}
