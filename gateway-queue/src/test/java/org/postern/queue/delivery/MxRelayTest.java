package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postern.queue.delivery.Fixtures.ENVIRONMENT;
import static org.postern.queue.delivery.Fixtures.MESSAGE;
import static org.postern.queue.delivery.Fixtures.PATIENT;
import static org.postern.queue.delivery.Fixtures.request;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postern.core.config.DownstreamConfig;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.config.DownstreamConfig.Tls;
import org.postern.core.config.DownstreamConfig.Trust;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.time.TimeSource;
import org.postern.queue.delivery.DeliveryDns.Exchanger;
import org.postern.queue.delivery.DeliveryDns.MailExchangers;
import org.postern.queue.delivery.RecipientOutcome.Deferred;
import org.postern.queue.delivery.RecipientOutcome.Delivered;
import org.postern.queue.delivery.RecipientOutcome.Failed;

/** Delivery to MX hosts, with failover. */
class MxRelayTest {
    private static final Map<String, MailExchangers> ZONE =
            Map.of(
                    "two.example",
                    new MailExchangers.Hosts(
                            List.of(
                                    new Exchanger(20, "good.example"),
                                    new Exchanger(10, "away.example"))),
                    "plain.example",
                    new MailExchangers.NoRecord(),
                    "null.example",
                    new MailExchangers.NullMx(),
                    "circle.example",
                    new MailExchangers.Hosts(
                            List.of(
                                    new Exchanger(5, "MX.example.net"),
                                    new Exchanger(10, "good.example"))),
                    "servfail.example",
                    new MailExchangers.Unavailable("servfail"));

    private final List<String> looked = new ArrayList<>();

    private final DeliveryEnvironment environment =
            new DeliveryEnvironment(
                    ENVIRONMENT.hostname(),
                    TimeSource.system(),
                    host -> {
                        looked.add(host);
                        return switch (host) {
                            case "good.example", "plain.example" ->
                                    List.of(InetAddress.ofLiteral("127.0.0.1"));
                            case "away.example" -> List.of(InetAddress.ofLiteral("127.0.0.9"));
                            default -> throw new UnknownHostException(host);
                        };
                    },
                    new DeliveryDns() {
                        @Override
                        public MailExchangers mailExchangers(Domain domain) {
                            return ZONE.getOrDefault(domain.ascii(), new MailExchangers.NoDomain());
                        }

                        @Override
                        public Tlsa tlsa(String host, int port) {
                            return new Tlsa.None();
                        }
                    });

    private static DownstreamConfig config(String host, int port) {
        return new DownstreamConfig(
                "mx",
                new Target.Smtp(host, port, false),
                Tls.OPPORTUNISTIC,
                2,
                PATIENT,
                new Trust.SystemRoots(),
                true,
                true);
    }

    private static Recipient at(String domain) {
        return Recipient.of(EmailAddress.of("a@" + domain));
    }

    private static FakeServer wellBehaved() throws Exception {
        return new FakeServer(peer -> {
            peer.greet("PIPELINING");
            peer.serve(false);
        });
    }

    @Test
    void theBestHostIsTriedFirstAndTheNextWhenItDoesNotAnswer() throws Exception {
        try (FakeServer server = wellBehaved();
                Downstream relay =
                        Downstreams.create(config("two.example", server.port()), environment)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, at("two.example")));
            assertThat(report.allDelivered()).as(report.toString()).isTrue();
            assertThat(looked).containsExactly("away.example", "good.example");
            assertThat(report.peer()).startsWith("good.example[127.0.0.1]:");
        }
    }

    @Test
    void eachDomainOfANoticeIsAnsweredByItself() throws Exception {
        try (FakeServer server = wellBehaved();
                Downstream relay =
                        Downstreams.toMailExchangers(
                                config("unused.example", server.port()), environment)) {
            DeliveryReport report =
                    relay.deliver(
                            request(
                                    MESSAGE,
                                    at("two.example"),
                                    at("plain.example"),
                                    at("null.example"),
                                    at("nowhere.example"),
                                    at("servfail.example"),
                                    at("circle.example")));
            assertThat(report.outcomes().get(at("two.example"))).isInstanceOf(Delivered.class);
            assertThat(report.outcomes().get(at("plain.example"))).isInstanceOf(Delivered.class);
            assertThat(report.outcomes().get(at("null.example")))
                    .isInstanceOfSatisfying(
                            Failed.class,
                            f ->
                                    assertThat(f.reply().toString())
                                            .startsWith("556 5.1.10 null.example takes no mail"));
            assertThat(report.outcomes().get(at("nowhere.example")))
                    .isInstanceOfSatisfying(
                            Failed.class,
                            f -> assertThat(f.reply().toString()).startsWith("550 5.1.2 "));
            assertThat(report.outcomes().get(at("servfail.example")))
                    .isInstanceOfSatisfying(
                            Deferred.class,
                            d -> assertThat(d.reply().toString()).startsWith("451 4.4.3 "));
            assertThat(report.outcomes().get(at("circle.example")))
                    .isInstanceOfSatisfying(
                            Deferred.class,
                            d -> assertThat(d.reply().toString()).startsWith("451 4.4.6 "));
            assertThat(server.messages).hasSize(2);
        }
    }

    @Test
    void ourOwnDownstreamWithoutMxIsAMistakeAndNoFailure() throws Exception {
        try (Downstream relay = Downstreams.create(config("nowhere.example", 25), environment)) {
            DeliveryReport report = relay.deliver(request(MESSAGE, at("example.net")));
            assertThat(report.outcomes().get(at("example.net")))
                    .isInstanceOfSatisfying(
                            Deferred.class,
                            d ->
                                    assertThat(d.reply().toString())
                                            .contains("nowhere.example does not exist"));
            assertThat(report.trouble()).isEqualTo(Step.RESOLVE);
        }
    }
}
