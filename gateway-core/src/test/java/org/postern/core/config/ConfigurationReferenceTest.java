package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Keeps the documentation in step with the reader. To write the files anew: {@code POSTERN_WRITE=1
 * mvn -pl gateway-core test -Dtest=ConfigurationReferenceTest}.
 */
class ConfigurationReferenceTest {
    private static final Path ROOT =
            Path.of(System.getProperty("postern.root", "..")).toAbsolutePath().normalize();

    @Test
    void theReferenceNamesEveryKeyAsTheReaderKnowsIt() throws IOException {
        keptInStep(ROOT.resolve("docs/configuration.md"), ConfigurationReference.markdown());
        for (Key<?> key : Keys.ALL) {
            assertThat(ConfigurationReference.markdown()).contains("| `" + key.name() + "` |");
        }
    }

    @Test
    void theSchemaForEditorsNamesEveryKey() throws IOException {
        keptInStep(ROOT.resolve("config/postern.schema.json"), ConfigurationReference.schema());
        for (Key<?> key : Keys.ALL) {
            assertThat(ConfigurationReference.schema()).contains("\"" + key.name() + "\": {");
        }
    }

    private static void keptInStep(Path file, String content) throws IOException {
        if (System.getenv("POSTERN_WRITE") != null) {
            Files.writeString(file, content);
        }
        assertThat(file).content().isEqualTo(content);
    }

    @Test
    void noKeyStandsTwice() {
        Set<String> paths = new HashSet<>();
        for (Key<?> key : Keys.ALL) {
            assertThat(paths.add(key.path())).as(key.path()).isTrue();
        }
    }

    @Test
    void everyDefaultInTheTableIsThatOfTheRecords() {
        Limits limits = Limits.defaults();
        assertThat(LimitKeys.CONNECTIONS.fallbackValue())
                .isEqualTo(limits.connections())
                .isEqualTo(20_000);
        assertThat(LimitKeys.CONNECTIONS_PER_CLIENT.fallbackValue())
                .isEqualTo(limits.connectionsPerClient())
                .isEqualTo(50);
        assertThat(LimitKeys.CONNECTIONS_PER_NETWORK.fallbackValue())
                .isEqualTo(limits.connectionsPerNetwork())
                .isEqualTo(200);
        assertThat(LimitKeys.CONNECTION_RATE_PER_CLIENT.fallbackValue())
                .isEqualTo(limits.connectionRatePerClient())
                .isEqualTo(300);
        assertThat(LimitKeys.COMMANDS.fallbackValue())
                .isEqualTo(limits.commands())
                .isEqualTo(10_000);
        assertThat(LimitKeys.ERRORS.fallbackValue()).isEqualTo(limits.errors()).isEqualTo(20);
        assertThat(LimitKeys.UNKNOWN_RECIPIENTS.fallbackValue())
                .isEqualTo(limits.unknownRecipients())
                .isEqualTo(20);
        assertThat(LimitKeys.RECIPIENTS.fallbackValue())
                .isEqualTo(limits.recipients())
                .isEqualTo(1_000);
        assertThat(LimitKeys.LINE_BYTES.fallbackValue())
                .isEqualTo(limits.lineBytes())
                .isEqualTo(12_288);
        assertThat(LimitKeys.HEADER_BYTES.fallbackValue())
                .isEqualTo(limits.headerBytes())
                .isEqualTo(1_048_576);
        assertThat(LimitKeys.MESSAGE_BYTES.fallbackValue())
                .isEqualTo(limits.messageBytes())
                .isEqualTo(52_428_800L);
        assertThat(LimitKeys.COMMAND_TIMEOUT.fallbackValue())
                .isEqualTo(limits.commandTimeout())
                .hasMinutes(5);
        assertThat(LimitKeys.WRITE_TIMEOUT.fallbackValue())
                .isEqualTo(limits.writeTimeout())
                .hasMinutes(1);
        assertThat(LimitKeys.MESSAGE_TIMEOUT.fallbackValue())
                .isEqualTo(limits.messageTimeout())
                .hasMinutes(15);
        assertThat(LimitKeys.SESSION_TIMEOUT.fallbackValue())
                .isEqualTo(limits.sessionTimeout())
                .hasHours(1);
        assertThat(LimitKeys.GREET_DELAY.fallbackValue()).isEqualTo(limits.greetDelay()).isZero();
        assertThat(LimitKeys.BARE_NEWLINE.fallbackValue())
                .isEqualTo(limits.bareNewline())
                .isEqualTo(Limits.BareNewline.REJECT);
        assertThat(LimitKeys.MAX_RECEIVED_HOPS.fallbackValue())
                .isEqualTo(limits.maxReceivedHops())
                .isEqualTo(50);
        assertThat(LimitKeys.DRAIN.fallbackValue()).isEqualTo(limits.drain()).hasSeconds(30);
        assertThat(Keys.DNS_TIMEOUT.fallbackValue())
                .isEqualTo(DnsConfig.DEFAULT.timeout())
                .hasSeconds(2);
        assertThat(Keys.DNS_TRIES.fallbackValue())
                .isEqualTo(DnsConfig.DEFAULT.tries())
                .isEqualTo(3);
        assertThat(AuthenticationKeys.ENABLED.fallbackValue()).isTrue();
        assertThat(AuthenticationKeys.DEADLINE.fallbackValue())
                .isEqualTo(AuthenticationConfig.DEFAULT_DEADLINE)
                .hasSeconds(10);
        AuthenticationConfig checks = AuthenticationConfig.defaults("mx.example.net");
        assertThat(AuthenticationKeys.RECEIVED_SPF.fallbackValue())
                .isEqualTo(checks.receivedSpf())
                .isFalse();
        assertThat(AuthenticationKeys.DMARC_REJECT.fallbackValue())
                .isEqualTo(checks.dmarcReject())
                .isEqualTo(AuthenticationConfig.DmarcReject.REJECT);
        assertThat(AuthenticationKeys.SECOND_OPINION.fallbackValue())
                .isEqualTo(checks.secondOpinion())
                .isZero();
        SpoolConfig spool = SpoolConfig.defaults(Path.of("/spool"));
        assertThat(SpoolKeys.SEGMENT_SIZE.fallbackValue())
                .isEqualTo(spool.segmentBytes())
                .isEqualTo(67_108_864L);
        assertThat(SpoolKeys.MIN_FREE.fallbackValue())
                .isEqualTo(spool.minFreeBytes())
                .isEqualTo(268_435_456L);
        assertThat(SpoolKeys.RETRY_FIRST.fallbackValue())
                .isEqualTo(spool.retryFirst())
                .hasMinutes(1);
        assertThat(SpoolKeys.RETRY_MAX.fallbackValue()).isEqualTo(spool.retryMax()).hasHours(1);
        assertThat(SpoolKeys.RETRY_EXPIRE.fallbackValue())
                .isEqualTo(spool.retryExpire())
                .hasDays(5);
        assertThat(DownstreamKeys.CONNECTIONS.fallbackValue())
                .isEqualTo(DownstreamConfig.DEFAULT_CONNECTIONS)
                .isEqualTo(20);
        assertThat(DownstreamKeys.TIMEOUT.fallbackValue())
                .isEqualTo(DownstreamConfig.DEFAULT_TIMEOUT)
                .hasMinutes(5);
        assertThat(DownstreamKeys.TLS.fallbackValue())
                .isEqualTo(DownstreamConfig.Tls.OPPORTUNISTIC);
        assertThat(ListenerKeys.LISTENER_BACKLOG.fallbackValue())
                .isEqualTo(ListenerConfig.DEFAULT_BACKLOG)
                .isEqualTo(1_024);
        assertThat(ListenerKeys.LISTENER_TLS.fallbackValue())
                .isEqualTo(ListenerConfig.Tls.STARTTLS);
        assertThat(Keys.ADMIN_ADDRESS.fallbackValue().isLoopbackAddress()).isTrue();
        assertThat(Keys.ADMIN_PORT.fallbackValue())
                .isEqualTo(AdminConfig.DEFAULT_PORT)
                .isEqualTo(8_025);
        assertThat(Keys.LOG_LEVEL.fallbackValue()).isEqualTo("info");
    }

    @Test
    void everyDefaultOfTheRelayIsThatOfTheRecords() {
        assertThat(RelayKeys.QUOTA_MESSAGES.fallbackValue()).isZero();
        assertThat(RelayKeys.QUOTA_BYTES.fallbackValue()).isZero();
        assertThat(QuotaConfig.NONE.isUnlimited()).isTrue();
        RelayConfig relay = RelayConfig.defaults();
        assertThat(RelayKeys.CUT_THROUGH.fallbackValue()).isEqualTo(relay.cutThrough()).isFalse();
        assertThat(RelayKeys.CUT_THROUGH_WAIT.fallbackValue())
                .isEqualTo(relay.cutThroughWait())
                .hasSeconds(20);
        NotificationsConfig notices = NotificationsConfig.defaults();
        assertThat(RelayKeys.NOTIFICATIONS_ENABLED.fallbackValue())
                .isEqualTo(notices.enabled())
                .isTrue();
        assertThat(RelayKeys.NOTIFICATIONS_PER_HOUR.fallbackValue())
                .isEqualTo(notices.perHour())
                .isEqualTo(200);
        assertThat(RelayKeys.NOTIFICATIONS_PER_SENDER.fallbackValue())
                .isEqualTo(notices.perSender())
                .isEqualTo(5);
        assertThat(RelayKeys.NOTIFICATIONS_SUCCESSES.fallbackValue())
                .isEqualTo(notices.successes())
                .isTrue();
        assertThat(RelayKeys.NOTIFICATIONS_DELAYS.fallbackValue())
                .isEqualTo(notices.delays())
                .isFalse();
        assertThat(RelayKeys.NOTIFICATIONS_DELAY_AFTER.fallbackValue())
                .isEqualTo(notices.delayAfter())
                .hasHours(4);
        assertThat(notices.route()).isEqualTo("notices");
    }

    @Test
    void theNamesThatPeopleHoldOnToStay() {
        assertThat(Keys.ALL)
                .extracting(Key::path)
                .contains(
                        "hostname",
                        "data",
                        "limits.connections",
                        "limits.connections-per-client",
                        "limits.connections-per-network",
                        "limits.connection-rate-per-client",
                        "limits.commands",
                        "limits.errors",
                        "limits.unknown-recipients",
                        "limits.recipients",
                        "limits.line-bytes",
                        "limits.header-bytes",
                        "limits.message-bytes",
                        "limits.command-timeout",
                        "limits.write-timeout",
                        "limits.message-timeout",
                        "limits.session-timeout",
                        "limits.greet-delay",
                        "limits.bare-newline",
                        "limits.max-received-hops",
                        "limits.drain",
                        "networks.internal",
                        "networks.trusted-relays",
                        "networks.load-balancers",
                        "networks.secondary",
                        "authentication.enabled",
                        "spool.retry.first",
                        "spool.retry.max",
                        "spool.retry.expire",
                        "admin.address");
    }
}
