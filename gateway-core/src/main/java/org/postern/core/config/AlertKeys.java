package org.postern.core.config;

import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.word;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.postern.core.config.Key.Shape;

/** The settings of section {@code alerts}: a part of the table of {@link Keys}. */
final class AlertKeys {
    private static final KeyTable TABLE = new KeyTable();
    private static final String WEBHOOK = "alerts.webhooks[]";
    private static final String HEARTBEAT_SECTION = "alerts.heartbeat";

    private static final String SECRET_SCHEMA =
            "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"object\","
                    + " \"additionalProperties\": false, \"properties\": {\"file\":"
                    + " {\"type\": \"string\"}, \"env\": {\"type\": \"string\"}}}]}";

    /** How an address is written that may be a secret itself. */
    private static final ValueType<String> SECRET_URL =
            new ValueType<>(
                    "an https:// or http:// URL, or `{ file: path }` or `{ env: NAME }` that holds"
                            + " one",
                    ValueType.Kind.TEXT,
                    SECRET_SCHEMA,
                    text -> text);

    static final ValueType<String> SECRET =
            new ValueType<>(
                    "`{ file: path }` or `{ env: NAME }`",
                    ValueType.Kind.TEXT,
                    SECRET_SCHEMA,
                    text -> text);

    static final Key<Duration> REPEAT =
            TABLE.add(
                    "alerts",
                    "repeat",
                    DURATION_TYPE,
                    Shape.ONE,
                    "4h",
                    "after which an alert that lasts is told again; 0: never");

    static final Key<String> NAME =
            TABLE.add(
                    WEBHOOK,
                    "name",
                    ValueTypes.RULE_NAME,
                    Shape.REQUIRED,
                    "",
                    "its name in log and metrics");
    static final Key<String> URL =
            TABLE.add(WEBHOOK, "url", SECRET_URL, Shape.REQUIRED, "", "where alerts are posted");
    static final Key<AlertsConfig.Format> FORMAT =
            TABLE.add(
                    WEBHOOK,
                    "format",
                    word(
                            Map.of(
                                    "json", AlertsConfig.Format.JSON,
                                    "slack", AlertsConfig.Format.SLACK,
                                    "ntfy", AlertsConfig.Format.NTFY)),
                    Shape.ONE,
                    "json",
                    "what is posted: an object of ours, what Slack and Mattermost take, or ntfy");
    static final Key<String> TOKEN =
            TABLE.add(WEBHOOK, "token", SECRET, Shape.ONE, "", "sent as bearer token");
    static final Key<AlertsConfig.Severity> LEAST =
            TABLE.add(
                    WEBHOOK,
                    "least",
                    word(
                            Map.of(
                                    "ticket", AlertsConfig.Severity.TICKET,
                                    "page", AlertsConfig.Severity.PAGE)),
                    Shape.ONE,
                    "ticket",
                    "least severity that is told: everything, or only what somebody has to get up"
                            + " for");

    static final Key<String> HEARTBEAT_URL =
            TABLE.add(
                    HEARTBEAT_SECTION,
                    "url",
                    SECRET_URL,
                    Shape.REQUIRED,
                    "",
                    "asked again and again while the gateway lives; a dead-man service alarms when"
                            + " we fall silent");
    static final Key<Duration> HEARTBEAT_EVERY =
            TABLE.add(HEARTBEAT_SECTION, "every", DURATION_TYPE, Shape.ONE, "1m", "how often");

    /** Every key of the section. */
    static final List<Key<?>> ALL = TABLE.all();

    private AlertKeys() {}
}
