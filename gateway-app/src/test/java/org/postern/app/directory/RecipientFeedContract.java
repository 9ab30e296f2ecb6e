package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.recipients.RecipientFeed.FeedException;

/** What every source that is fetched whole holds to. */
abstract class RecipientFeedContract {
    static final Duration PATIENT = Duration.ofSeconds(20);
    static final Duration HASTY = Duration.ofMillis(400);

    static RecipientSourceConfig.Sync sync(Duration timeout) {
        return new RecipientSourceConfig.Sync(Duration.ofMinutes(15), timeout, null, null);
    }

    /** What a feed handed over. */
    static final class Found implements RecipientFeed.Sink {
        final List<String> recipients = new ArrayList<>();
        final List<String> aliases = new ArrayList<>();
        final List<String> doubts = new ArrayList<>();
        final Map<String, Handling> handlings = new HashMap<>();

        @Override
        public void recipient(String text, Handling handling) {
            recipients.add(text);
            if (!handling.equals(Handling.NONE)) {
                handlings.put(text, handling);
            }
        }

        @Override
        public void alias(String text, List<String> targets) {
            aliases.add(text + "=" + targets);
        }

        @Override
        public void doubt(String what) {
            doubts.add(what);
        }

        @Override
        public void stillWanted() {
            // these tests are as patient as the feed's own time-outs
        }
    }

    static Found fetch(RecipientFeed feed) throws FeedException {
        Found found = new Found();
        feed.fetch(found);
        return found;
    }

    /** A server that accepts, does this, and then says nothing until the test is over. */
    static final class Mute implements AutoCloseable {
        private final ServerSocket listener;
        private final List<Socket> sockets = new CopyOnWriteArrayList<>();

        Mute(byte[] says) throws IOException {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
            Thread.ofVirtual()
                    .start(() -> {
                        while (!listener.isClosed()) {
                            try {
                                Socket socket = listener.accept();
                                sockets.add(socket);
                                socket.getOutputStream().write(says);
                            } catch (IOException e) {
                                return; // closed by the test
                            }
                        }
                    });
        }

        int port() {
            return listener.getLocalPort();
        }

        @Override
        public void close() throws IOException {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }

    /** A feed that asks a server which knows exactly these addresses. */
    abstract RecipientFeed serving(List<String> addresses) throws Exception;

    /** A feed that asks this port on loopback. */
    abstract RecipientFeed asking(int port, Duration timeout) throws Exception;

    @Test
    void everybodyIsHandedOver() throws Exception {
        assertThat(fetch(serving(List.of("alice@example.test", "bob@example.test"))).recipients)
                .containsExactlyInAnyOrder("alice@example.test", "bob@example.test");
    }

    @Test
    void aListLongerThanAnyPortionIsHandedOverWhole() throws Exception {
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 1_234; i++) {
            many.add("user" + i + "@example.test");
        }
        assertThat(fetch(serving(many)).recipients).containsExactlyInAnyOrderElementsOf(many);
    }

    @Test
    void nobodyIsAnEmptyListAndNoFailure() throws Exception {
        assertThat(fetch(serving(List.of())).recipients).isEmpty();
    }

    @Test
    void aServerThatHangsIsAFailureInTime() throws Exception {
        try (Mute mute = new Mute(new byte[0])) {
            RecipientFeed feed = asking(mute.port(), HASTY);
            assertThatThrownBy(() -> fetch(feed))
                    .isInstanceOf(FeedException.class)
                    .hasMessageContaining("127.0.0.1:" + mute.port());
        }
    }

    @Test
    void aServerThatIsNotThereIsAFailureThatNamesIt() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        RecipientFeed feed = asking(port, PATIENT);
        assertThatThrownBy(() -> fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("127.0.0.1:" + port);
    }
}
