package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.scan.ScanResult;

/** What Rspamd says and what becomes of it, whatever it says. */
class RspamdAnswerTest extends ScannersFixture {
    @ParameterizedTest
    @CsvSource({
        "no action,       CLEAN",
        "greylist,        CLEAN",
        "add header,      SPAM",
        "rewrite subject, SPAM",
        "soft reject,     SOFT_REJECT",
        "reject,          REJECT",
        "discard,         REJECT",
        "quarantine,      QUARANTINE",
    })
    void rspamdsActionsBecomeOutcomes(String action, ScanResult.Outcome outcome)
            throws IOException {
        ScanResult result =
                rspamdSays(
                        "{\"score\":7.25,\"required_score\":15,\"action\":\""
                                + action
                                + "\",\"symbols\":{\"A\":{\"score\":1.5}}}");
        assertThat(result)
                .isEqualTo(
                        new ScanResult(
                                ScanResult.Scanner.RSPAMD,
                                outcome,
                                7.25,
                                15,
                                List.of("A=1.50"),
                                action));
    }

    @Test
    void nothingOfAClientsBecomesAFieldForRspamd() throws IOException {
        StringBuilder heard = new StringBuilder();
        scan(
                "rspamd",
                "",
                socket -> {
                    heard.append(read(socket, "hello\r\n"));
                    say(socket, http("{\"score\":0,\"action\":\"no action\"}"));
                });
        assertThat(heard.toString())
                .startsWith("POST /checkv2 HTTP/1.0\r\nContent-Length: 21\r\n")
                .contains(
                        "IP: 192.0.2.1\r\n",
                        "Helo: evil??Settings: {}\r\n",
                        "Hostname: mx.s.example\r\n",
                        "TLS-Version: TLSv1.3\r\nTLS-Cipher: TLS_AES_128_GCM_SHA256\r\n",
                        "From: a@s.example\r\n",
                        "Rcpt: b@example.net\r\n")
                .endsWith("\r\n\r\n" + MESSAGE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP/1.0 200 OK\\r\\nContent-Length: 50\\r\\n\\r\\n{\"score\":1 | half an answer",
                "HTTP/1.0 200 OK\\r\\n | half an answer",
                "HTTP/1.0 500 Broken\\r\\n\\r\\n{} | it said: HTTP/1.0 500 Broken",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"score\":1 | no JSON",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"score\":1} | without action and score",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"error\":\"busy\"} | it said: busy",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"action\":\"reject\",\"score\":1e999} | beyond all",
                "HTTP/1.0 200 OK\\r\\n\\r\\n{\"action\":\"reject\",\"score\":\"9\"} | without"
                        + " action",
                "HTTP/1.0 200 OK\\r\\n\\r\\n[] | without action and score",
                "HTTP/1.0 200 OK\\r\\n\\r\\n | without action and score",
            })
    void whatIsNoAnswerOfRspamdIsAFailure(String answer, String detail) throws IOException {
        ScanResult result =
                scan("rspamd", "", answering(answer.replace("\\r", "\r").replace("\\n", "\n")));
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).contains(detail);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"score\":1,\"action\":\"custom thing\",\"symbols\":[1,2]} | CLEAN",
                "{\"score\":1,\"action\":\"add header\",\"symbols\":{\"A\":\"x\",\"B\":null}} |"
                        + " SPAM",
                "{\"score\":1,\"action\":\"reject\",\"milter\":\"quarantine\",\"messages\":[]} |"
                        + " REJECT",
                "{\"score\":1,\"action\":\"soft reject\",\"messages\":{\"smtp_message\":{}}} |"
                        + " SOFT_REJECT",
                "{\"score\":1,\"action\":\"no"
                        + " action\",\"milter\":{\"add_headers\":[],\"remove_headers\":7}} | CLEAN",
                "{\"score\":null,\"action\":\"reject\"} | FAILED",
                "{\"score\":1,\"action\":true} | FAILED",
                "{\"score\":1,\"action\":\"reject\"} trailing | FAILED",
            })
    void whatIsOfTheWrongTypeIsPassedOverOrNoAnswer(String json, ScanResult.Outcome outcome)
            throws IOException {
        assertThat(rspamdSays(json).outcome()).isEqualTo(outcome);
    }

    @Test
    void jsonThatIsNestedWithoutEndIsNoAnswer() throws IOException {
        ScanResult result =
                rspamdSays(
                        "{\"score\":1,\"action\":\"reject\",\"symbols\":"
                                + "[".repeat(200_000)
                                + "]".repeat(200_000)
                                + "}");
        assertThat(result.outcome()).isEqualTo(ScanResult.Outcome.FAILED);
        assertThat(result.detail()).startsWith("no JSON: ").contains("nesting");
    }

    @Test
    void ofTooManySymbolsThoseThatWeighMostAreKept() throws IOException {
        StringBuilder symbols = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            symbols.append("\"LIGHT_%d\":{\"score\":0.1},".formatted(i));
        }
        ScanResult result =
                rspamdSays(
                        "{\"score\":1,\"action\":\"reject\",\"symbols\":{"
                                + symbols
                                + "\"HEAVY\":{\"score\":9},\"GOOD\":{\"score\":-5}}}");
        assertThat(result.names())
                .hasSize(60)
                .startsWith("LIGHT_0=0.10")
                .endsWith("HEAVY=9.00", "GOOD=-5.00");
    }

    @ParameterizedTest
    @CsvSource({"true,TOO_LARGE,max_message", "false,FAILED,hung up without an answer"})
    void rspamdThatHangsUpOnTheLengthAloneAndIsWellTakesNoSuchMessage(
            boolean well, ScanResult.Outcome outcome, String detail) throws IOException {
        try (ServerSocket server = listening()) {
            serve(
                    server,
                    ALL,
                    socket -> {
                        String head = read(socket, "\r\n\r\n");
                        if (well && head.startsWith("GET /ping ")) {
                            say(socket, "HTTP/1.1 200 OK\r\n\r\npong\r\n");
                        }
                    });
            Scanners scanners = scanners(config("rspamd", server.getLocalPort(), ""));
            // the message is in the head's wake, and is read so that nothing is reset
            try (Scanners.Scan scan = scanners.begin(request(""))) {
                ScanResult result = scan.results().getFirst();
                assertThat(result.outcome()).isEqualTo(outcome);
                assertThat(result.detail()).contains(detail);
            }
        }
    }

    @Test
    void whatRspamdsModulesWantDoneToTheHeaderAndSaidToTheSenderIsKept() throws IOException {
        ScanResult result =
                rspamdSays(
                        """
                        {"action":"soft reject","score":1,"required_score":15,
                         "messages":{"smtp_message":"Rate limit\\r\\n250 Ok \\u00e4"},
                         "milter":{
                          "add_headers":{
                           "X-Late":{"value":"b","order":2},
                           "X-First":{"value":"a","order":0},
                           "X-Many":["1",{"value":"2","order":-1}],
                           "X-Folded":"one;\\n\\ttwo\\r\\n\\r\\nBcc: x@y.example",
                           "X Bad":"x","X-Empty":"\\r\\n","":"x","X-Map":{"a":1}},
                          "remove_headers":{"X-Old":0,"X-Second":[2,-1],"X-No":"all"}}}
                        """);
        assertThat(result.message()).isEqualTo("Rate limit??250 Ok ?");
        assertThat(result.changes().added())
                .extracting(f -> f.name() + ": " + f.value())
                .containsExactly(
                        "X-First: a",
                        "X-Late: b",
                        "X-Many: 1",
                        "X-Many: 2",
                        "X-Folded: one;\r\n\ttwo\r\n\tBcc: x@y.example");
        assertThat(result.changes().removed())
                .extracting(f -> f.name() + " " + f.which())
                .containsExactly("X-Old 0", "X-Second 2", "X-Second -1");
    }

    @Test
    void aHostileRspamdMakesNoHeaderOfBoundlessLength() throws IOException {
        StringBuilder fields = new StringBuilder();
        for (int i = 0; i < 500; i++) {
            fields.append(i == 0 ? "" : ",")
                    .append("\"X-")
                    .append(i)
                    .append("\":\"")
                    .append("v".repeat(1_500))
                    .append('"');
        }
        ScanResult result =
                rspamdSays(
                        "{\"action\":\"no"
                                + " action\",\"score\":-7,\"required_score\":1e300,"
                                + "\"symbols\":{\""
                                + "S".repeat(50_000)
                                + "\":{\"score\":1e300}},\"milter\":{\"add_headers\":{"
                                + fields
                                + "}}}");
        assertThat(result.names()).containsExactly("S".repeat(64) + "=0.00");
        String header = ScanFields.of(List.of(result), result.changes().added(), "mx.example.net");
        assertThat(header.length()).isLessThan(40_000);
        assertThat(header.lines()).allMatch(line -> line.length() <= 998);
        assertThat(result.changes().added()).hasSizeLessThan(64);
    }
}
