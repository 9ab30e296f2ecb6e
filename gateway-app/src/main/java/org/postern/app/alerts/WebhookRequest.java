package org.postern.app.alerts;

import java.util.LinkedHashMap;
import java.util.Map;
import org.postern.app.state.Alert;
import org.postern.app.text.Human;
import org.postern.app.text.Json;
import org.postern.core.config.AlertsConfig;
import org.postern.core.config.AlertsConfig.Severity;
import tools.jackson.databind.node.ObjectNode;

/**
 * What is posted for one piece of news.
 *
 * @param headers header fields besides the usual ones
 * @param body the body
 */
record WebhookRequest(Map<String, String> headers, String body) {
    /** In the form that a service takes. */
    static WebhookRequest of(AlertsConfig.Format format, AlertNews news, String host) {
        return switch (format) {
            case JSON ->
                    new WebhookRequest(
                            Map.of("Content-Type", "application/json"), json(news, host));
            case SLACK ->
                    new WebhookRequest(
                            Map.of("Content-Type", "application/json"), slack(news, host));
            case NTFY -> new WebhookRequest(ntfyFields(news, host), ntfy(news));
        };
    }

    private static String json(AlertNews news, String host) {
        Alert alert = news.alert();
        ObjectNode out = Json.MAPPER.createObjectNode();
        out.put("source", "postern");
        out.put("host", host);
        out.put("alert", alert.name());
        out.put("state", news.kind() == AlertNews.Kind.RESOLVED ? "resolved" : "firing");
        out.put("repeated", news.kind() == AlertNews.Kind.STILL_FIRING);
        out.put("severity", alert.severity().word());
        out.put("summary", alert.summary());
        out.put("since", alert.since().toString());
        out.put("runbook", alert.runbook());
        return Json.MAPPER.writeValueAsString(out);
    }

    private static String slack(AlertNews news, String host) {
        Alert alert = news.alert();
        String text =
                "*"
                        + word(news)
                        + "* "
                        + alert.name()
                        + " on "
                        + host
                        + "\n"
                        + escaped(alert.summary())
                        + "\nsince "
                        + alert.since()
                        + (alert.runbook().isEmpty() ? "" : ", " + alert.runbook());
        return Json.MAPPER.writeValueAsString(Json.MAPPER.createObjectNode().put("text", text));
    }

    /** The three characters that mean something in such a text. */
    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static Map<String, String> ntfyFields(AlertNews news, String host) {
        Map<String, String> fields = new LinkedHashMap<>();
        boolean over = news.kind() == AlertNews.Kind.RESOLVED;
        boolean page = news.alert().severity() == Severity.PAGE;
        fields.put("Title", word(news) + " " + news.alert().name() + " on " + host);
        fields.put("Priority", over ? "default" : page ? "urgent" : "high");
        fields.put("Tags", over ? "white_check_mark" : page ? "rotating_light" : "warning");
        return fields;
    }

    private static String ntfy(AlertNews news) {
        Alert alert = news.alert();
        return Human.printable(alert.summary())
                + "\nsince "
                + alert.since()
                + (alert.runbook().isEmpty() ? "" : "\n" + alert.runbook());
    }

    private static String word(AlertNews news) {
        return switch (news.kind()) {
            case FIRING -> news.alert().severity() == Severity.PAGE ? "PAGE" : "TICKET";
            case STILL_FIRING -> "STILL";
            case RESOLVED -> "RESOLVED";
        };
    }
}
