package org.postern.core.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/** Reads section {@code alerts}. */
final class AlertsReader {
    private static final Duration SHORTEST_BEAT = Duration.ofSeconds(1);

    private final ProblemCollector problems;
    private final SecretReader secrets;

    AlertsReader(PathResolver paths, ProblemCollector problems) {
        this.problems = problems;
        this.secrets = new SecretReader(paths, problems);
    }

    AlertsConfig read(Section s) {
        AlertsConfig alerts =
                new AlertsConfig(
                        s.orDefault(AlertKeys.REPEAT),
                        webhooks(s),
                        s.section("heartbeat").flatMap(this::heartbeat).orElse(null));
        s.finish();
        return alerts;
    }

    private List<AlertsConfig.Webhook> webhooks(Section s) {
        List<AlertsConfig.Webhook> webhooks = new ArrayList<>();
        Optional<YamlNode.Entry> entry = s.entry("webhooks");
        if (entry.isEmpty()) {
            return webhooks;
        }
        if (!(entry.get().value() instanceof YamlNode.Sequence list)) {
            problems.error(
                    entry.get().value().place(),
                    "alerts.webhooks must be a list of { name: …, url: … }");
            return webhooks;
        }
        Set<String> names = new HashSet<>();
        for (YamlNode item : list.items()) {
            Section w = Section.of("alerts.webhooks", item, problems);
            webhook(w)
                    .ifPresent(hook -> {
                        if (names.add(hook.name())) {
                            webhooks.add(hook);
                        } else {
                            problems.error(
                                    w.placeOf(AlertKeys.NAME),
                                    "alerts.webhooks: the name " + hook.name() + " stands twice");
                        }
                    });
        }
        return webhooks;
    }

    private Optional<AlertsConfig.Webhook> webhook(Section s) {
        Optional<String> name = s.one(AlertKeys.NAME);
        Optional<Secret> url = url(s, AlertKeys.URL);
        AlertsConfig.Format format = s.orDefault(AlertKeys.FORMAT);
        Secret token = secrets.read(s, AlertKeys.TOKEN).orElse(null);
        AlertsConfig.Severity least = s.orDefault(AlertKeys.LEAST);
        s.finish();
        return name.isEmpty() || url.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new AlertsConfig.Webhook(name.get(), url.get(), format, token, least));
    }

    private Optional<AlertsConfig.Heartbeat> heartbeat(Section s) {
        Optional<Secret> url = url(s, AlertKeys.HEARTBEAT_URL);
        Duration every = s.orDefault(AlertKeys.HEARTBEAT_EVERY);
        if (every.compareTo(SHORTEST_BEAT) < 0) {
            problems.error(
                    s.placeOf(AlertKeys.HEARTBEAT_EVERY),
                    "alerts.heartbeat.every must be 1s or longer");
        }
        s.finish();
        return url.map(u -> new AlertsConfig.Heartbeat(u, every));
    }

    /** An address in the clear is nothing to warn of: not every one of them is a secret. */
    private Optional<Secret> url(Section s, Key<String> key) {
        Optional<YamlNode.Entry> entry = s.entry(key.name());
        if (entry.isPresent()
                && entry.get().value() instanceof YamlNode.Scalar text
                && !text.isNull()) {
            if (isUrl(text.text())) {
                return Optional.of(new Secret.Literal(text.text()));
            }
            problems.error(text.place(), key.path() + " must be " + key.type().name());
            return Optional.empty();
        }
        if (entry.isEmpty()) {
            problems.error(s.place(), key.path() + " is missing: " + key.type().name());
            return Optional.empty();
        }
        return secrets.read(s, key);
    }

    /** Whether a text is an address that can be posted to. */
    static boolean isUrl(String text) {
        try {
            URI uri = new URI(text);
            boolean web = "https".equals(uri.getScheme()) || "http".equals(uri.getScheme());
            return web && uri.getHost() != null;
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
