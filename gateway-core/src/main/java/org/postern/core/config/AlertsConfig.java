package org.postern.core.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code alerts}: who is told when something is wrong, without Prometheus and without mail.
 *
 * @param repeat {@code repeat}: after which an alert that lasts is told again; zero: never
 * @param webhooks {@code webhooks}: whom to tell
 * @param heartbeat {@code heartbeat}, or null for none
 */
public record AlertsConfig(Duration repeat, List<Webhook> webhooks, @Nullable Heartbeat heartbeat) {
    /** Nobody is told anything; active alerts are shown by status and metrics all the same. */
    public static final AlertsConfig NONE = new AlertsConfig(Duration.ofHours(4), List.of(), null);

    public AlertsConfig {
        webhooks = List.copyOf(webhooks);
    }

    /**
     * One address that is posted to.
     *
     * @param name in log and metrics
     * @param url where; a secret, as many services put theirs into it
     * @param format what is posted
     * @param token sent as bearer token, or null
     * @param least the least severity that is told
     */
    public record Webhook(
            String name, Secret url, Format format, @Nullable Secret token, Severity least) {}

    /**
     * A dead-man service, which raises its own alarm when we fall silent.
     *
     * @param url where; a secret
     * @param every how often
     */
    public record Heartbeat(Secret url, Duration every) {}

    /** What is posted. */
    public enum Format {
        /** A JSON object of ours. */
        JSON,
        /** {@code {"text": …}}, which Slack, Mattermost and others take. */
        SLACK,
        /** Text with the header fields of ntfy. */
        NTFY
    }

    /** How urgent an alert is; the more urgent comes last. */
    public enum Severity {
        /** Somebody has to look on the next working day. */
        TICKET("ticket"),
        /** Somebody has to get up. */
        PAGE("page");

        private final String word;

        Severity(String word) {
            this.word = word;
        }

        /** The word in configuration, messages and metrics. */
        public String word() {
            return word;
        }
    }
}
