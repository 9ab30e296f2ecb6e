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
                    "  ",
                    "\n    ",
                    "\n    owner: ",
                    "\n  - ",
                    "\n  - entry: ",
                    "\nhelo:\n",
                    "\r\n",
                    ", owner: ",
                    "\"a\": ",
                    "\\\"",
                    " # z\n",
                    ">-\n",
                    "|\n",
                    "|+\n",
                    "...\n",
                    "\u0085",
                    "\u2028",
                    "\u00a0",
                    "\ufeff",
                    "\u6f22",
                    "\ud83d\ude00",
                    "$",
                    "(;)",
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
                "client:\r\n  - a\r\n  - { entry: b }\r\n\r\n",
                "---\n# x\nclient: # those\n  - a # why\n  - b \n  \n",
                "client:\nhelo:\n  # none\nsender:\n  - a\n",
                "client: []\nhelo:   []  # none\nsender:\n  - a\n",
                "client:\n- comment: 'it''s bad, (y)'\n  owner: a & b\n- b\n",
                "client:\n  - entry: x # y\n    # z\n\n    comment: \"\\\"y\\\" \\\\ \\/\"\n",
                "client:\n  -   entry: x\n      comment: Größe, gemessen\n  - y\n",
                "client:\n  - {\"entry\":\"a\",\"comment\":\"b c\"}\n  - {entry: a,owner: b}\n",
                "client:\n  - { entry: 2001:db8::1, comment: 'ж, \u6f22' , owner: x#y }\n",
            })
    void plainListsAreReadAsByTheParser(String text) {
        assertThat(isRead(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "client:\n  - x\n  - {\n      entry: a,\n      comment: b }\n  - y\n",
                "client:\n  - comment: >-\n      folded\n      words\n\n  - y\nhelo:\n  - z\n",
                "client:\n- entry: a\n  comment: |\n    kept\n\n\n- y\n",
                "client:\n  - entry: a\n    comment: goes on\n      here\n  - y\n",
                "client:\n  - \"a\\x41\\u00e9\"\n  - y\n",
                "client:\n  - \"goes\n    on\"\n  - y\n",
                "client:\n  - a: b\n  - a:\n  - 2001:db8::\n  -\n  - ~\n  - y\n",
                "client:\n  - - nested\n    - twice\n  - [a, b]\n  - {}\n  - y\n",
                "client:\n  - a\n    b\n  - y\n",
                "client:\n  - \ud83d\ude00: \ud83d\ude00\n  - y\n",
                "client:\n  - { entry: a, comment: }\n  - { entry: b, }\n  - y\n",
                "client:\n  - ? a\n    : b\n  - y\n",
                "client:\n\n  # one\n  - -a\n  # two\n\n  - +y\n",
                "client:\n  - a:\nhelo:\n  - a:",
            })
    void anItemOfAnotherFormIsHandedToTheParserByItself(String text) {
        assertThat(isRead(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "\n",
                "client: [192.0.2.1]\n",
                "client:\n  - 192.0.2.1\n - 192.0.2.2\n",
                "client:\n  - a\nclient:\n  - b\n",
                "client:\n  - { entry: a, entry: b }\n",
                "client:\n  - entry: a\n    entry: b\n",
                "client:\n  - &x a\n  - *x\n",
                "client:\n  - &x a\n  - b\n",
                "client:\n  - !t a\n",
                "client:\n  - a\n...\n",
                "client:\n  - a\n---\nclient:\n  - b\n",
                "client:\n  - |\n    a\n...\nhelo:\n  - b\n",
                "client:\n  - \"a\n  - b\"\n",
                "client:\n  - { entry: a,\nhelo: b }\n",
                "client:\n  - 'a\n\rb'\n",
                "client:\n  - 'a\n  - b\n",
                "client:\n  - \u0007\n",
                "Client:\n  - a\n",
                "\"client\":\n  - a\n",
                "client:\n  a: b\n",
                "- a\n",
            })
    void whatCannotBeReadInPiecesIsLeftToTheParser(String text) {
        assertThat(isRead(text)).isFalse();
    }

    @Test
    void whatIsWrongWithAnItemIsToldAtItsPlaceInTheFile() {
        StringBuilder text = new StringBuilder("client:\n");
        for (int i = 0; i < 1_000; i++) {
            text.append("  - { entry: 192.0.2.1, comment: many, owner: b }\n");
        }
        text.append("  - { entry: a, entry: \"\\x41\" }\n  - { entry: [ }\n");
        SourceFile source = new SourceFile(FILE, text.toString());
        ProblemCollector problems = new ProblemCollector();
        YamlReader.stream(source, problems, new Trace(true));
        ProblemCollector parsed = new ProblemCollector();
        YamlReader.parse(source, parsed, new Trace(true));
        assertThat(problems.toProblems().all())
                .isEqualTo(parsed.toProblems().all())
                .anyMatch(p -> p.place().line() == 1_002);
    }

    @Test
    void aFileOfOtherFormsThroughoutIsLeftToTheParserAndOneWithSomeIsNot() {
        String other = "  - \"\\x41 a comment of some length to fill the file, and more of it\"\n";
        String plain = other.replace("\\x", "");
        assertThat(isRead("client:\n" + other.repeat(10_000))).isFalse();
        assertThat(isRead("client:\n" + (other + plain.repeat(9)).repeat(1_000))).isTrue();
        assertThat(isRead("client:\n" + other.repeat(900) + plain.repeat(9_000))).isTrue();
    }

    /** Each text with either ending of lines. */
    private static int read(String text, Random random) {
        return isRead(random.nextInt(4) == 0 ? text.replace("\n", "\r\n") : text) ? 1 : 0;
    }

    @Test
    void textsMadeOfWhatYamlTreatsApartAreReadAsByTheParserOrLeftToIt() {
        Random random = new Random(6);
        int read = 0;
        List<String> starts =
                List.of("client:\n  - ", "client:\n- ", "client:\n  - a: b\n    ", "client:\n");
        for (int i = 0; i < 150_000; i++) {
            StringBuilder text = new StringBuilder(starts.get(random.nextInt(starts.size())));
            for (int n = random.nextInt(14); n >= 0; n--) {
                text.append(TOKENS.get(random.nextInt(TOKENS.size())));
            }
            if (random.nextInt(3) == 0) {
                text.append("\n  - x\nsender:\n  - y\n");
            }
            read += read(text.toString(), random);
        }
        assertThat(read).isGreaterThan(10_000);
    }

    @Test
    void plainTextsWithSomeThingsChangedAreReadAsByTheParserOrLeftToIt() {
        Random random = new Random(8);
        List<String> texts =
                List.of(
                        """
                        # list
                        client:
                          - 192.0.2.0/24
                          - { entry: 2001:db8::/32, comment: seen by feed 7, owner: 'a b', expires: 2026-12-31 }
                        sender:
                          - a@b.example
                        """,
                        """
                        ---
                        client:   # of a feed
                        - comment: "it's, \\"bad\\""
                          entry: 192.0.2.0/24
                          owner: 'a ''b'''
                        - entry: 2001:db8::/32
                          comment: >-
                            goes on
                            and on

                          expires: 2026-12-31
                        helo: []
                        sender:
                        # - a@b.example
                        recipient:
                          - {"entry": "x@y.example", "comment":"z"}
                          - |
                            word
                          - "a
                            b"
                          - last # one
                        """);
        int read = 0;
        for (int i = 0; i < 100_000; i++) {
            StringBuilder text = new StringBuilder(texts.get(i % 2));
            for (int n = random.nextInt(4); n >= 0; n--) {
                int at = random.nextInt(text.length());
                String token = TOKENS.get(random.nextInt(TOKENS.size()));
                switch (random.nextInt(4)) {
                    case 0 -> text.insert(at, token);
                    case 1 -> text.deleteCharAt(at);
                    case 2 -> text.delete(at, Math.min(text.length(), at + random.nextInt(40)));
                    default -> text.replace(at, Math.min(text.length(), at + 1), token);
                }
            }
            read += read(text.toString(), random);
        }
        assertThat(read).isGreaterThan(10_000);
    }
}
