package org.postern.app.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.postern.core.scan.ScanResult;

/** Who waits for one of a scanner's connections, how long, and behind whom. */
class PlacesTest extends ScannersFixture {
    private Scanners clamav(ServerSocket server, String options) throws IOException {
        return scanners(config("clamav", server.getLocalPort(), options));
    }

    @Test
    void whoWaitedForAPlaceInVainDoesNotMakeAScannerSeemHung() throws Exception {
        try (ServerSocket server = listening()) {
            Scanners scanners = clamav(server, ", timeout: 500ms, connections: 1");
            try (Scanners.Scan holdsThePlace = scanners.begin(request(MESSAGE));
                    Socket served = caller(server);
                    Scanners.Scan waits = scanners.begin(request(MESSAGE))) {
                read(served, "hello\r\n");
                assertThat(waits.results().getFirst().detail())
                        .isEqualTo("all its connections are busy");
                assertThat(holdsThePlace.results().getFirst().detail())
                        .startsWith("no answer within");
            }
        }
    }

    @Test
    void oneNetworkHasHalfOfThePlacesAndWaitsForItselfAlone() throws Exception {
        try (ServerSocket server = listening()) {
            Scanners scanners = clamav(server, ", timeout: 1s, connections: 3");
            try (Scanners.Scan one = scanners.begin(request(MESSAGE));
                    Scanners.Scan two = scanners.begin(request(MESSAGE));
                    Socket first = caller(server);
                    Socket second = caller(server);
                    Scanners.Scan three = scanners.begin(request(MESSAGE));
                    Scanners.Scan other =
                            scanners.begin(
                                    request(MESSAGE, "198.51.100.1", p -> Optional.empty()));
                    Socket others = caller(server)) {
                assertThat(scanners.inUse(ScanResult.Scanner.CLAMAV)).isEqualTo(3);
                read(others, "hello\r\n");
                say(others, "stream: OK\0");
                assertThat(other.results().getFirst().outcome())
                        .isEqualTo(ScanResult.Outcome.CLEAN);
                ScanResult itsOwn = three.results().getFirst();
                assertThat(itsOwn.outcome()).isEqualTo(ScanResult.Outcome.SOFT_REJECT);
                assertThat(itsOwn.message()).startsWith("Too many messages from your network");
                assertThat(ScanFields.of(List.of(itsOwn), List.of(), "mx"))
                        .isEqualTo("X-Virus-Status: Not scanned (soft-reject)\r\n");
                assertThat(first.isConnected() && second.isConnected()).isTrue();
                assertThat(one.results()).hasSize(1);
                assertThat(two.results()).hasSize(1);
            }
        }
    }

    @Test
    void behindAScannerThatHangsNobodyWaitsForAPlace() throws Exception {
        try (ServerSocket server = listening()) {
            Scanners scanners = clamav(server, ", timeout: 1s, connections: 1");
            try (Scanners.Scan first = scanners.begin(request(MESSAGE))) {
                assertThat(first.results().getFirst().detail()).startsWith("no answer within");
            }
            // its place comes back when its own thread has noticed; who comes before has none
            await().until(() -> scanners.inUse(ScanResult.Scanner.CLAMAV) == 0);
            try (Scanners.Scan holdsThePlace = scanners.begin(request(MESSAGE))) {
                server.accept(); // of the first
                server.accept(); // and of the second, which has the place now
                try (Scanners.Scan next = scanners.begin(request(MESSAGE))) {
                    assertThat(next.results().getFirst().detail())
                            .isEqualTo("all its connections wait for an answer that does not come");
                }
                assertThat(holdsThePlace.results().getFirst().detail())
                        .startsWith("no answer within");
            }
        }
    }

    @Test
    void whoseNameIsLongInComingHoldsNoPlaceMeanwhile() throws Exception {
        CountDownLatch asked = new CountDownLatch(3);
        CountDownLatch named = new CountDownLatch(1);
        List<Duration> patience = new CopyOnWriteArrayList<>();
        Function<Duration, Optional<String>> slow =
                longest -> {
                    patience.add(longest);
                    asked.countDown();
                    try {
                        assertThat(named.await(10, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return Optional.empty();
                };
        try (ServerSocket server = listening()) {
            List<String> heard = new CopyOnWriteArrayList<>();
            serve(
                    server,
                    ALL,
                    socket -> {
                        heard.add(read(socket, "hello\r\n"));
                        say(socket, http("{\"score\":0,\"action\":\"no action\"}"));
                    });
            Scanners scanners =
                    scanners(config("rspamd", server.getLocalPort(), ", connections: 1"));
            try (Scanners.Scan first = scanners.begin(request(MESSAGE, slow));
                    Scanners.Scan second = scanners.begin(request(MESSAGE, slow));
                    Scanners.Scan third = scanners.begin(request(MESSAGE, slow))) {
                assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
                try (Scanners.Scan others = scanners.begin(request(MESSAGE))) {
                    assertThat(others.results().getFirst().outcome())
                            .isEqualTo(ScanResult.Outcome.CLEAN);
                }
                assertThat(heard).singleElement().asString().contains("Hostname: mx.s.example\r\n");
                named.countDown();
                for (Scanners.Scan scan : List.of(first, second, third)) {
                    assertThat(scan.results().getFirst().outcome())
                            .isEqualTo(ScanResult.Outcome.CLEAN);
                }
                assertThat(heard).hasSize(4).filteredOn(h -> h.contains("Hostname:")).hasSize(1);
            }
        }
        assertThat(patience).hasSize(3).containsOnly(Duration.ofSeconds(1));
    }

    @Test
    void theWaitForANameIsAShareOfAShortTimeout() throws IOException {
        List<Duration> patience = new CopyOnWriteArrayList<>();
        Scanners scanners = scanners(config("rspamd", 1, ", timeout: 400ms"));
        try (Scanners.Scan scan =
                scanners.begin(
                        request(
                                MESSAGE,
                                longest -> {
                                    patience.add(longest);
                                    return Optional.empty();
                                }))) {
            assertThat(scan.results()).hasSize(1);
        }
        assertThat(patience).containsExactly(Duration.ofMillis(100));
    }
}
