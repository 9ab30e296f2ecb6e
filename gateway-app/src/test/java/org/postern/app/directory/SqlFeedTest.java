package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.config.Secret;
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
}
