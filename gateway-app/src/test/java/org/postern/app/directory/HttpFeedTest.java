package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.config.Secret;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.recipients.RecipientFeed.FeedException;
import org.postern.core.time.ManualTimeSource;

class HttpFeedTest extends RecipientFeedContract {
    private @Nullable HttpServer server;
    private static final ManualTimeSource TIME =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));

    private final List<String> authorizations = new ArrayList<>();

    @AfterEach
    void stop() {
        if (server != null) {
            server.stop(0);
        }
    }

    private int serve(int status, String body) throws IOException {
        HttpServer started =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        started.createContext(
                "/",
                exchange -> {
                    String authorization = exchange.getRequestHeaders().getFirst("Authorization");
                    authorizations.add(String.valueOf(authorization));
                    byte[] octets = body.getBytes(StandardCharsets.UTF_8);
                    exchange.getResponseHeaders().add("Location", "/elsewhere");
                    exchange.sendResponseHeaders(status, octets.length == 0 ? -1 : octets.length);
                    exchange.getResponseBody().write(octets);
                    exchange.close();
                });
        started.start();
        server = started;
        return started.getAddress().getPort();
    }

    private static RecipientFeed feed(
            int port, Duration timeout, @Nullable String user, @Nullable Secret secret) {
        return new HttpFeed(
                new RecipientSourceConfig.Http(
                        URI.create("http://127.0.0.1:" + port + "/people.json"),
                        null,
                        user,
                        secret,
                        sync(timeout)),
                TIME);
    }

    @Override
    RecipientFeed serving(List<String> addresses) throws IOException {
        String json =
                addresses.stream()
                        .map(a -> "\"" + a + "\"")
                        .collect(Collectors.joining(",", "[", "]"));
        return asking(serve(200, json), PATIENT);
    }

    @Override
    RecipientFeed asking(int port, Duration timeout) {
        return feed(port, timeout, null, null);
    }

    @Test
    void aMappingHasRecipientsAndAliases() throws Exception {
        Found found =
                fetch(
                        asking(
                                serve(
                                        200,
                                        """
                                        {"recipients": ["alice", "b\\u00f6b@example.test"],
                                         "aliases": {"sales": ["alice", "bob"], "info": "alice"}}
                                        """),
                                PATIENT));
        assertThat(found.recipients).containsExactly("alice", "b\u00f6b@example.test");
        assertThat(found.aliases).containsExactly("sales=[alice, bob]", "info=[alice]");
    }

    @Test
    void aRecipientMayNameItsOwnDownstreamAndRules() throws Exception {
        Found found =
                fetch(
                        asking(
                                serve(
                                        200,
                                        """
                                        ["alice", {"address": "bob", "downstream": "west"},
                                         {"policy": "strict", "address": "carol", "downstream": null}]
                                        """),
                                PATIENT));
        assertThat(found.recipients).containsExactly("alice", "bob", "carol");
        assertThat(found.handlings)
                .containsOnly(
                        Map.entry("bob", new Handling("west", null)),
                        Map.entry("carol", new Handling(null, "strict")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[{\"downstream\": \"west\"}]",
                "[{\"address\": \"alice\", \"store\": \"west\"}]",
                "[{\"address\": \"alice\", \"policy\": [\"strict\"]}]",
                "[\"alice\", \"bo",
                "[\"alice\"",
                "{\"recipients\": [\"alice\"]",
                "{\"recipients\": [\"alice\"], \"next\": \"/page/2\"}",
                "{\"error\": \"database is down\"}",
                "{\"aliases\": {}}",
                "[\"alice\"] []",
                "[\"alice\", null]",
                "[[\"alice\"]]",
                "\"alice\"",
                "null",
                "<html>Sign in</html>"
            })
    void whatIsNotTheWholeListIsAFailure(String body) throws IOException {
        RecipientFeed feed = asking(serve(200, body), PATIENT);
        assertThatThrownBy(() -> fetch(feed)).isInstanceOf(FeedException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {204, 301, 302, 401, 404, 500, 503})
    void anyStatusBut200IsAFailure(int status) throws IOException {
        RecipientFeed feed = asking(serve(status, status == 204 ? "" : "[]"), PATIENT);
        assertThatThrownBy(() -> fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("HTTP status " + status);
        assertThat(authorizations).hasSize(1);
    }

    @Test
    void aBodyThatStopsHalfWayAndHangsIsAFailureInTime() throws Exception {
        String half =
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[\"alice@example.test\", \"bob";
        try (Mute mute = new Mute(half.getBytes(StandardCharsets.US_ASCII))) {
            RecipientFeed feed = asking(mute.port(), HASTY);
            assertThatThrownBy(() -> fetch(feed)).isInstanceOf(FeedException.class);
        }
    }

    @Test
    void theSecretIsSentAndNeverSaid() throws Exception {
        int port = serve(403, "[]");
        RecipientFeed bearer = feed(port, PATIENT, null, new Secret.Literal("s3cret"));
        RecipientFeed basic = feed(port, PATIENT, "anna", new Secret.Literal("s3cret"));
        for (RecipientFeed feed : List.of(bearer, basic)) {
            assertThatThrownBy(() -> fetch(feed))
                    .isInstanceOf(FeedException.class)
                    .hasMessageNotContaining("s3cret");
        }
        assertThat(authorizations).containsExactly("Bearer s3cret", "Basic YW5uYTpzM2NyZXQ=");
    }

    @Test
    void aListThatTakesTwentyTimesTheTimeOutIsNotTaken() throws Exception {
        HttpServer dripping =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        dripping.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, 0); // chunked, its end not announced
                    exchange.getResponseBody().write('[');
                    exchange.getResponseBody().flush();
                    TIME.advance(PATIENT.multipliedBy(20));
                    exchange.getResponseBody().write(']');
                    exchange.close();
                });
        dripping.start();
        server = dripping;
        assertThatThrownBy(() -> fetch(asking(dripping.getAddress().getPort(), PATIENT)))
                .isInstanceOf(RecipientFeed.FeedException.class)
                .hasMessageContaining("did not come in time");
    }

    private String trouble(String body) throws IOException {
        RecipientFeed feed = asking(serve(200, body), PATIENT);
        try {
            fetch(feed);
            throw new AssertionError("that was taken: " + body);
        } catch (RecipientFeed.FeedException e) {
            return String.valueOf(e.getMessage());
        } finally {
            stop();
        }
    }

    @Test
    void whatIsWrongWithTheJsonIsSaidWithItsUrlAndLineInOurWords() throws IOException {
        assertThat(trouble("{\n  \"aliases\": {}\n}"))
                .contains("/people.json: line 3, ", "the mapping has no recipients");
        assertThat(trouble("[\"a@example.test\",\n 7]"))
                .contains("/people.json: line 2, column 2", "found a number");
        assertThat(trouble("[\"a@example.test\","))
                .contains("/people.json: line 1, ", "the JSON is not whole")
                .doesNotContain("Source", "StreamReadFeature", "VALUE_");
    }

    @Test
    void anAliasOfVeryManyIsHandedOnInPieces() throws Exception {
        String targets =
                IntStream.range(0, 2_500)
                        .mapToObj(i -> "\"u" + i + "\"")
                        .collect(Collectors.joining(","));
        List<Integer> pieces = new ArrayList<>();
        asking(
                        serve(
                                200,
                                "{\"recipients\": [], \"aliases\": {\"all\": [" + targets + "]}}"),
                        PATIENT)
                .fetch(
                        new RecipientFeed.Sink() {
                            @Override
                            public void recipient(String text, Handling handling) {
                                throw new AssertionError(text);
                            }

                            @Override
                            public void alias(String text, List<String> ends) {
                                pieces.add(ends.size());
                            }

                            @Override
                            public void doubt(String what) {
                                throw new AssertionError(what);
                            }

                            @Override
                            public void stillWanted() {
                                // always
                            }
                        });
        assertThat(pieces).containsExactly(1_000, 1_000, 500);
    }
}
