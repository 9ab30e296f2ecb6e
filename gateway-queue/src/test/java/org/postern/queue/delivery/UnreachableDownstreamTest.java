package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ANN;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.request;
import static org.postern.queue.delivery.Fixtures.smtp;
import static org.postern.queue.delivery.Misdeeds.deferred;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;

/** A downstream that is not there, or is going. */
class UnreachableDownstreamTest {
    @Test
    void nobodyListeningDefersAndNamesTheAddress() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        try (Downstream relay = Downstreams.create(smtp(port, PATIENT), ENVIRONMENT)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .startsWith("451 4.4.1 cannot connect to 127.0.0.1:" + port)
                    .endsWith("Connection refused");
            assertThat(report.trouble()).isEqualTo(Step.CONNECT);
            assertThat(relay.status().lastTrouble()).contains("cannot connect");
        }
    }

    @Test
    void anUnresolvableHostDefersInClearWords() throws Exception {
        DeliveryEnvironment noNames =
                new DeliveryEnvironment(
                        ENVIRONMENT.hostname(),
                        ENVIRONMENT.time(),
                        host -> {
                            throw new UnknownHostException(host);
                        });
        DownstreamConfig config =
                new DownstreamConfig(
                        "store", new Target.Lmtp("store.invalid", 24), Tls.NONE, 1, PATIENT);
        try (Downstream store = Downstreams.create(config, noNames)) {
            DeliveryReport report = store.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply())
                    .hasToString(
                            "451 4.4.3 downstream store: host store.invalid has no address: no such"
                                    + " name, or the resolver does not answer");
            assertThat(report.trouble()).isEqualTo(Step.RESOLVE);
        }
    }

    @Test
    void theNextAddressIsTriedWhenOneDoesNotAnswer() throws Exception {
        try (FakeServer server =
                new FakeServer(peer -> {
                    peer.greet();
                    peer.serve(false);
                })) {
            DeliveryEnvironment twoAddresses =
                    new DeliveryEnvironment(
                            ENVIRONMENT.hostname(),
                            ENVIRONMENT.time(),
                            host ->
                                    List.of(
                                            InetAddress.ofLiteral("127.0.0.9"),
                                            InetAddress.ofLiteral("127.0.0.1")));
            DownstreamConfig config =
                    new DownstreamConfig(
                            "relay",
                            new Target.Smtp("relay.example", server.port(), false),
                            Tls.NONE,
                            1,
                            PATIENT);
            try (Downstream relay = Downstreams.create(config, twoAddresses)) {
                DeliveryReport report = relay.deliver(request(MESSAGE, ANN));
                assertThat(report.allDelivered()).isTrue();
                assertThat(report.peer()).isEqualTo("relay.example[127.0.0.1]:" + server.port());
            }
        }
    }

    @Test
    void aMissingUnixSocketDefers(@TempDir Path directory) throws Exception {
        DownstreamConfig config =
                new DownstreamConfig(
                        "store",
                        new Target.LmtpUnix(directory.resolve("lmtp")),
                        Tls.NONE,
                        1,
                        PATIENT);
        try (Downstream store = Downstreams.create(config, ENVIRONMENT)) {
            DeliveryReport report = store.deliver(request(MESSAGE, ANN));
            assertThat(deferred(report, ANN).reply().toString())
                    .startsWith("451 4.4.1 cannot connect to " + directory.resolve("lmtp"));
        }
    }

    @Test
    void aClosedDownstreamDefers() throws Exception {
        Downstream relay = Downstreams.create(smtp(1, Duration.ofSeconds(1)), ENVIRONMENT);
        relay.close();
        assertThat(deferred(relay.deliver(request(MESSAGE, ANN)), ANN).reply())
                .hasToString("451 4.3.2 relay is shutting down");
    }
}
