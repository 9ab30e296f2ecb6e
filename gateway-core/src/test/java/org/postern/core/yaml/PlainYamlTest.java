package org.postern.core.yaml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;

/** What is read without the parser is read as the parser does, or is left to it. */
class PlainYamlTest {
    private static final Path FILE = Path.of("list.yaml");

    private static final List<String> TOKENS =
            List.of(
                    "client:",
                    "\n",
                    "\n",
                    "\n",
                    "  - ",
                    "  - ",
                    "  - ",
                    "- ",
                    "    - ",
                    " ",
                    "'",
                    "\"",
                    "{ ",
                    " }",
                    "{",
                    "}",
                    ", ",
                    ",",
                    "entry: ",
                    "comment: ",
                    "a: ",
                    ":",
                    "::",
                    ": ",
                    "#",
                    "# x",
                    " # y",
                    "a@b.example",
                    ".example",
                    "192.0.2.0/24",
                    "2001:db8::/32",
                    "2001:db8::1",
                    "::1",
                    "some words",
                    "null",
                    "~",
                    "true",
                    "2026-12-31",
                    "12:00:00Z",
                    "&x ",
                    "*x",
                    "!t ",
                    "-",
                    "--",
                    "---",
                    "...",
                    "?",
                    "? ",
                    "|",
                    ">",
                    "%",
                    "@",
                    "`",
                    "[",
                    "]",
                    "\t",
                    "\r",
                    "\\",
                    "''",
                    "\u00e9",
                    "\u0007",
                    "x",
                    "sender:",
                    "helo:",
                    "a",
                    "b",
                    "1",
                    "=",
                    "+",
                    "_",
                    "/");

    /** Everything that is handed on, as text. */
    private static final class Trace implements YamlSections {
        private final List<String> calls = new ArrayList<>();
        private final boolean itemwise;

        Trace(boolean itemwise) {
            this.itemwise = itemwise;
        }

        @Override
        public boolean section(String key, Place place) {
            calls.add("section " + key + " " + place);
            return itemwise;
        }

        @Override
        public boolean list(Place place) {
            calls.add("list " + place);
            return true;
        }

        @Override
        public void neither(YamlNode value) {
            calls.add("neither " + value);
        }

        @Override
        public void value(YamlNode value) {
            calls.add("value " + value);
        }

        @Override
        public void item(YamlNode item) {
            calls.add("item " + item);
        }
    }

    /** Whether it was read without the parser; if so, as by the parser, which had no complaint. */
    private static boolean isRead(String text) {
        SourceFile source = new SourceFile(FILE, text);
        boolean read = false;
        for (boolean itemwise : new boolean[] {true, false}) {
            Trace plain = new Trace(itemwise);
            read = PlainYaml.stream(source, plain);
            if (!read) {
                assertThat(plain.calls).as(text).isEmpty();
                continue;
            }
            Trace parsed = new Trace(itemwise);
            ProblemCollector problems = new ProblemCollector();
            assertThat(YamlReader.parse(source, problems, parsed)).as(text).isTrue();
            assertThat(problems.toProblems().all()).as(text).isEmpty();
            assertThat(plain.calls).as(text).isEqualTo(parsed.calls);
        }
        return read;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client:\n  - 192.0.2.0/24\n  - '2001:db8::/32'\n",
                "# made at noon\nclient:\n- 2001:db8::/32\n\n  # and\n- 192.0.2.1",
                "sender:\n  - a+b=c_d@example.org\nhelo:\n    - .example\n",
                "helo:\n"
                    + "  - { entry: x.example, comment: by feed 7, expires: 2026-12-31T12:00:00Z"
                    + " }\n",
                "a:\n - null\n - true\n - 12\nb:\n - x\n",
            })
    void plainListsAreReadAsByTheParser(String text) {
        assertThat(isRead(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "client:\n",
                "client: [192.0.2.1]\n",
                "client:\n  - 192.0.2.1\n - 192.0.2.2\n",
                "client:\n  - a\nclient:\n  - b\n",
                "client:\n  - a: b\n",
                "client:\n  - a:\n",
                "client:\n  - 2001:db8::\n",
                "client:\n  - a # why\n",
                "client:\n  - a \n",
                "client:\r\n  - a\r\n",
                "client:\n\t- a\n",
                "client:\n  - \u00fc\n",
                "client:\n  - { entry: a, entry: b }\n",
                "client:\n  - { entry: a,\n      comment: b }\n",
                "client:\n  - { entry: a, comment: 'it''s' }\n",
                "client:\n  - a\n    b\n",
                "client:\n  - &x a\n  - *x\n",
                "---\nclient:\n  - a\n",
                "client:\n  - a\n...\n",
                "client:\n  -\n",
                "client:\n  - \"a\\x41\"\n",
            })
    void whatIsNotPlainIsLeftToTheParser(String text) {
        assertThat(isRead(text)).isFalse();
    }

    @Test
    void textsMadeOfWhatYamlTreatsApartAreReadAsByTheParserOrLeftToIt() {
        Random random = new Random(6);
        int read = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder("client:\n  - ");
            for (int n = random.nextInt(9); n >= 0; n--) {
                text.append(TOKENS.get(random.nextInt(TOKENS.size())));
            }
            read += isRead(text.toString()) ? 1 : 0;
        }
        assertThat(read).isGreaterThan(1_000);
    }

    @Test
    void plainTextsWithOneThingChangedAreReadAsByTheParserOrLeftToIt() {
        Random random = new Random(8);
        String plain =
                """
                # list
                client:
                  - 192.0.2.0/24
                  - { entry: 2001:db8::/32, comment: seen by feed 7, owner: 'a b', expires: 2026-12-31 }
                sender:
                  - a@b.example
                """;
        int read = 0;
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder(plain);
            for (int n = random.nextInt(3); n >= 0; n--) {
                int at = random.nextInt(text.length());
                String token = TOKENS.get(random.nextInt(TOKENS.size()));
                switch (random.nextInt(3)) {
                    case 0 -> text.insert(at, token);
                    case 1 -> text.deleteCharAt(at);
                    default -> text.replace(at, Math.min(text.length(), at + 1), token);
                }
            }
            read += isRead(text.toString()) ? 1 : 0;
        }
        assertThat(read).isGreaterThan(1_000);
    }
}
