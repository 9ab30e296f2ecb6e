package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.config.Secret;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.recipients.RecipientFeed.FeedException;

/** What needs no database; the rest is shown with PostgreSQL in the end-to-end tests. */
class SqlFeedTest {
    private static RecipientFeed asking(int port) {
        return new SqlFeed(
                new RecipientSourceConfig.Sql(
                        "jdbc:postgresql://127.0.0.1:" + port + "/mail?sslmode=disable",
                        "postern",
                        new Secret.Literal("s3cret"),
                        "SELECT address FROM people",
                        RecipientFeedContract.sync(Duration.ofSeconds(1))));
    }

    @Test
    void aServerThatHangsIsAFailureInTime() throws Exception {
        try (RecipientFeedContract.Mute mute = new RecipientFeedContract.Mute(new byte[0])) {
            RecipientFeed feed = asking(mute.port());
            assertThatThrownBy(() -> RecipientFeedContract.fetch(feed))
                    .isInstanceOf(FeedException.class)
                    .hasMessageContaining("127.0.0.1:" + mute.port())
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void aServerThatIsNotThereIsAFailureThatNamesIt() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        RecipientFeed feed = asking(port);
        assertThatThrownBy(() -> RecipientFeedContract.fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("127.0.0.1:" + port);
    }

    @Test
    void aServerThatSpeaksSomethingElseIsAFailure() throws Exception {
        try (RecipientFeedContract.Mute mute =
                new RecipientFeedContract.Mute(
                        "220 mx.example ESMTP\r\n"
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII))) {
            RecipientFeed feed = asking(mute.port());
            assertThatThrownBy(() -> RecipientFeedContract.fetch(feed))
                    .isInstanceOf(FeedException.class);
        }
    }

    /** A result with these columns and rows; it answers what a feed asks of one. */
    private static ResultSet result(List<String> columns, List<List<String>> rows) {
        AtomicInteger at = new AtomicInteger(-1);
        Object names =
                proxy(
                        ResultSetMetaData.class,
                        (method, index) ->
                                method.equals("getColumnCount")
                                        ? columns.size()
                                        : columns.get(index - 1));
        return (ResultSet)
                proxy(
                        ResultSet.class,
                        (method, index) ->
                                switch (method) {
                                    case "getMetaData" -> names;
                                    case "next" -> at.incrementAndGet() < rows.size();
                                    case "getString" -> {
                                        String cell = rows.get(at.get()).get(index - 1);
                                        yield cell.isEmpty() ? null : cell;
                                    }
                                    default -> throw new UnsupportedOperationException(method);
                                });
    }

    private interface Answer {
        @Nullable Object to(String method, int index);
    }

    private static Object proxy(Class<?> type, Answer answer) {
        return Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, given) ->
                        answer.to(
                                method.getName(),
                                given != null && given[0] instanceof Integer i ? i : 0));
    }

    @Test
    void aRowThatLeadsToItselfKeepsWhatItAsksForAndAnAliasThatAsksIsToldOf() throws Exception {
        RecipientFeedContract.Found found = new RecipientFeedContract.Found();
        SqlFeed.read(
                result(
                        List.of("address", "goes_to", "policy"),
                        List.of(
                                List.of("bob@example.test", "Bob@example.test", "strict"),
                                List.of("bob@example.test", "archive@example.test", ""),
                                List.of("sales@example.test", "bob@example.test", "strict"))),
                found);
        assertThat(found.recipients).containsExactly("bob@example.test");
        assertThat(found.handlings)
                .containsExactly(Map.entry("bob@example.test", new Handling(null, "strict")));
        assertThat(found.aliases).hasSize(2);
        assertThat(found.doubts)
                .singleElement()
                .asString()
                .startsWith("alias sales@example.test asks for");
    }
}
