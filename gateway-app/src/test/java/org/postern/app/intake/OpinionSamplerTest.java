package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.app.telemetry.Metrics;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.Authenticator;
import org.postern.auth.AuthenticatorSettings;
import org.postern.auth.dns.CachingDnsClient;
import org.postern.auth.dns.DnsListener;
import org.postern.auth.secondopinion.Opinion;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.config.DnsConfig;
import org.postern.core.config.NetworksConfig;
import org.postern.core.mail.Domain;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

class OpinionSamplerTest {
    private static final AuthenticationRequest REQUEST =
            AuthenticationRequest.stated(Ip.parse("192.0.2.1"), "mx.example.org", "a@example.org");

    private final Metrics metrics = new Metrics();

    @AfterEach
    void closeMetrics() {
        metrics.close();
    }

    private OpinionSampler sampler(OpinionSampler.Others others) {
        return new OpinionSampler(others, metrics, RandomGenerator.getDefault());
    }

    private static OpinionSampler.Sample sample(OpinionSampler sampler, int octets) {
        OpinionSampler.Sample sample = Objects.requireNonNull(sampler.begin(1));
        sample.write(new byte[octets], 0, octets);
        return sample;
    }

    private static AuthenticationOutcome outcome() throws IOException {
        AuthenticationConfig off =
                new AuthenticationConfig(
                        false, "mx.example.net", Duration.ofSeconds(1), List.of(), List.of());
        try (CachingDnsClient dns =
                        CachingDnsClient.of(
                                new DnsConfig(
                                        List.of(
                                                new java.net.InetSocketAddress(
                                                        Ip.parse("127.0.0.1"), 53)),
                                        Duration.ofSeconds(1),
                                        1),
                                TimeSource.system(),
                                DnsListener.NONE);
                var checks =
                        new Authenticator(
                                        new AuthenticatorSettings(
                                                Domain.of("mx.example.net"),
                                                off,
                                                NetworksConfig.NONE,
                                                Set.of()),
                                        dns,
                                        TimeSource.system())
                                .begin(REQUEST)) {
            return checks.finish();
        }
    }

    private String scrape() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        metrics.scrape(out, null);
        return out.toString(StandardCharsets.UTF_8);
    }

    @Test
    void choosesNoneAtNoughtAndAllAtOneHundredPercent() {
        try (OpinionSampler sampler = sampler((r, m, o) -> List.of())) {
            for (int i = 0; i < 1_000; i++) {
                assertThat(sampler.begin(0)).isNull();
                assertThat(sampler.begin(1)).isNotNull();
            }
        }
    }

    @Test
    void countsAgreementAndDifferenceByReasonAndGoesOnAfterAFailure() throws IOException {
        List<Integer> asked = new CopyOnWriteArrayList<>();
        OpinionSampler.Others others =
                (request, message, ours) -> {
                    asked.add(message.length);
                    if (message.length == 1) {
                        throw new IllegalStateException("their fault");
                    }
                    return List.of(
                            new Opinion("jSPF", "spf", "pass", "pass", true, "agree", ""),
                            new Opinion(
                                    "jDKIM",
                                    "dkim",
                                    "fail",
                                    "pass",
                                    false,
                                    "jdkim.no-ed25519",
                                    ""));
                };
        try (OpinionSampler sampler = sampler(others)) {
            sampler.ask(sample(sampler, 1), "id1", REQUEST, outcome());
            sampler.ask(sample(sampler, 2), "id2", REQUEST, outcome());
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() ->
                            assertThat(scrape())
                                    .contains(
                                            "postern_auth_second_opinion_total{method=\"spf\","
                                                    + "reason=\"agree\",result=\"agree\"} 1.0",
                                            "postern_auth_second_opinion_total{method=\"dkim\","
                                                    + "reason=\"jdkim.no-ed25519\","
                                                    + "result=\"differ\"} 1.0",
                                            "dropped_total{reason=\"failed\"} 1.0"));
            assertThat(asked).containsExactly(1, 2);
        }
    }

    @Test
    void dropsAndCountsWhatIsTooLargeOrTooMuchAndNeverWaits() throws IOException {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        OpinionSampler.Others slow =
                (request, message, ours) -> {
                    busy.countDown();
                    awaitQuietly(release);
                    return List.of();
                };
        try (OpinionSampler sampler = sampler(slow)) {
            sampler.ask(
                    sample(sampler, OpinionSampler.MAX_OCTETS + 1), "large", REQUEST, outcome());
            assertThat(scrape()).contains("dropped_total{reason=\"too-large\"} 1.0");
            sampler.ask(sample(sampler, OpinionSampler.MAX_OCTETS), "first", REQUEST, outcome());
            awaitQuietly(busy);
            for (int i = 0; i < OpinionSampler.QUEUE + 3; i++) {
                sampler.ask(sample(sampler, 3), "id" + i, REQUEST, outcome());
            }
            assertThat(scrape()).contains("dropped_total{reason=\"queue-full\"} 3.0");
            release.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
