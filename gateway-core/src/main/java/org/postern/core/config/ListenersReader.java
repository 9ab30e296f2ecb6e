package org.postern.core.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.postern.core.net.Ip;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.yaml.YamlNode;

/** Reads sections {@code tls} and {@code listeners}, of which one depends on the other. */
final class ListenersReader {
    private final PathResolver paths;
    private final ProblemCollector problems;

    ListenersReader(PathResolver paths, ProblemCollector problems) {
        this.paths = paths;
        this.problems = problems;
    }

    /** Reads {@code listeners}; those without TLS are warned of. */
    List<ListenerConfig> listeners(Section top, TlsConfig tls) {
        Optional<YamlNode.Entry> entry = top.entry("listeners");
        String form = "a list such as [{ address: 0.0.0.0, port: 25 }]";
        if (entry.isEmpty()) {
            problems.error(top.place(), "listeners is missing: " + form);
            return List.of();
        }
        if (!(entry.get().value() instanceof YamlNode.Sequence list)) {
            problems.error(
                    entry.get().value().place(),
                    "listeners must be " + form + ", found " + entry.get().value().kind());
            return List.of();
        }
        if (list.items().isEmpty()) {
            problems.error(list.place(), "listeners must have at least one entry");
        }
        List<ListenerConfig> listeners = new ArrayList<>();
        for (YamlNode item : list.items()) {
            listener(Section.of("listeners", item, problems), tls)
                    .ifPresent(l -> {
                        refuseTwice(l, listeners, item.place());
                        listeners.add(l);
                    });
        }
        return listeners;
    }

    private Optional<ListenerConfig> listener(Section s, TlsConfig tls) {
        Optional<InetAddress> address = s.one(ListenerKeys.LISTENER_ADDRESS);
        Optional<Integer> port = s.one(ListenerKeys.LISTENER_PORT);
        ListenerConfig.Tls mode = s.orDefault(ListenerKeys.LISTENER_TLS);
        int backlog = s.orDefault(ListenerKeys.LISTENER_BACKLOG);
        s.finish();
        if (tls.certificates().isEmpty() && mode == ListenerConfig.Tls.IMPLICIT) {
            problems.error(
                    s.placeOf(ListenerKeys.LISTENER_TLS),
                    "a listener with tls: implicit needs a certificate under tls.certificates");
        }
        boolean open = tls.certificates().isEmpty() || mode == ListenerConfig.Tls.NONE;
        if (open && address.isPresent() && !address.get().isLoopbackAddress()) {
            problems.warning(
                    s.place(),
                    "this listener offers no TLS: "
                            + (tls.certificates().isEmpty()
                                    ? "tls.certificates is empty"
                                    : "tls is none"));
        }
        if (address.isEmpty() || port.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new ListenerConfig(address.get(), port.get(), mode, backlog));
    }

    private void refuseTwice(ListenerConfig one, List<ListenerConfig> others, Place place) {
        boolean twice =
                one.port() != 0
                        && others.stream()
                                .anyMatch(o ->
                                        o.port() == one.port()
                                                && o.address().equals(one.address()));
        if (twice) {
            problems.error(
                    place,
                    "another listener has the same address and port "
                            + Ip.text(one.address())
                            + " "
                            + one.port());
        }
    }

    /** Reads {@code tls}. */
    TlsConfig tls(Section s) {
        List<TlsConfig.Certificate> certificates = new ArrayList<>();
        Optional<YamlNode.Entry> entry = s.entry("certificates");
        entry.map(YamlNode.Entry::value)
                .ifPresent(value -> {
                    if (value instanceof YamlNode.Sequence list) {
                        list.items().forEach(i -> certificate(i).ifPresent(certificates::add));
                    } else {
                        problems.error(
                                value.place(),
                                "tls.certificates must be a list of { chain: cert.pem, key:"
                                        + " key.pem }, found "
                                        + value.kind());
                    }
                });
        s.finish();
        return new TlsConfig(certificates);
    }

    private Optional<TlsConfig.Certificate> certificate(YamlNode node) {
        Section s = Section.of("tls.certificates", node, problems);
        Optional<Path> chain = pem(s, ListenerKeys.TLS_CHAIN);
        Optional<Path> key = pem(s, ListenerKeys.TLS_KEY);
        s.finish();
        return chain.flatMap(c -> key.map(k -> new TlsConfig.Certificate(c, k)));
    }

    private Optional<Path> pem(Section s, Key<String> key) {
        return s.one(key)
                .flatMap(text -> paths.readable(text, s.placeOf(key)))
                .map(FileReference::absolute);
    }
}
