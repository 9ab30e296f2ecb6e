package org.postern.core.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig.Callout;
import org.postern.core.config.RecipientSourceConfig.Http;
import org.postern.core.config.RecipientSourceConfig.Ldap;
import org.postern.core.config.RecipientSourceConfig.Sql;
import org.postern.core.config.RecipientSourceConfig.Sync;
import org.postern.core.mail.Domain;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;

/** Reads recipient sources that are asked over the network. */
final class SourcesReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");

    private static final String SSL_MODE = "sslmode=";
    private static final int LAST_PORT = 65_535;
    private static final Set<String> SSL_MODES =
            Set.of("disable", "allow", "prefer", "require", "verify-ca", "verify-full");

    private final Map<String, Named> named = new HashMap<>();
    private final Map<String, Place> places = new HashMap<>();
    private final PathResolver paths;
    private final ProblemCollector problems;
    private final SecretReader secrets;

    SourcesReader(PathResolver paths, ProblemCollector problems) {
        this.paths = paths;
        this.problems = problems;
        this.secrets = new SecretReader(paths, problems);
    }

    /**
     * Where what a library or the disk may have something against stands: {@code recipients.NAME}
     * of each source, and {@code recipients.NAME.KEY}.
     */
    Map<String, Place> places() {
        return places;
    }

    private <T extends RecipientSourceConfig.Synced> T placed(T source, Section s) {
        String name = "recipients." + source.name();
        places.putIfAbsent(name, s.place());
        for (String key : List.of("filter", "base", "ca-file", "password", "token")) {
            s.entry(key).ifPresent(e -> places.putIfAbsent(name + "." + key, e.value().place()));
        }
        return source;
    }

    Optional<Ldap> ldap(Section s) {
        List<URI> servers = new ArrayList<>();
        for (Section.Placed<String> url : s.list(SourceKeys.LDAP_URL)) {
            uri(url.value(), url.place(), List.of("ldap", "ldaps"))
                    .filter(uri -> isServerAlone(uri, url.place()))
                    .ifPresent(servers::add);
        }
        if (!s.has(SourceKeys.LDAP_URL)) {
            problems.error(s.place(), "url is missing in ldap: " + SourceKeys.LDAP_URL.doc());
        }
        boolean startTls = s.orDefault(SourceKeys.LDAP_START_TLS);
        boolean clear = servers.stream().anyMatch(u -> u.getScheme().equals("ldap")) && !startTls;
        if (startTls && servers.stream().anyMatch(u -> u.getScheme().equals("ldaps"))) {
            problems.error(
                    s.placeOf(SourceKeys.LDAP_START_TLS),
                    "start-tls goes with ldap://; ldaps:// is TLS from the first octet");
        }
        Optional<Path> ca = file(s, SourceKeys.LDAP_CA);
        Optional<String> base = s.one(SourceKeys.LDAP_BASE);
        String filter = s.orDefault(SourceKeys.LDAP_FILTER);
        List<String> attributes = s.values(SourceKeys.LDAP_ATTRIBUTES);
        Optional<String> downstream = s.one(SourceKeys.LDAP_DOWNSTREAM);
        Optional<String> policy = s.one(SourceKeys.LDAP_POLICY);
        Optional<String> bind = s.one(SourceKeys.LDAP_BIND_DN);
        Optional<Secret> password = secrets.read(s, SourceKeys.LDAP_PASSWORD);
        if (bind.isPresent() != s.has(SourceKeys.LDAP_PASSWORD)) {
            problems.error(s.place(), "bind-dn and password go together");
        }
        if (clear && password.isPresent()) {
            problems.warning(
                    s.placeOf(SourceKeys.LDAP_URL),
                    "the password goes over ldap:// in the clear; use ldaps:// or start-tls");
        }
        int page = s.orDefault(SourceKeys.LDAP_PAGE_SIZE);
        Sync sync =
                sync(
                        s,
                        SourceKeys.LDAP_SYNC,
                        SourceKeys.LDAP_TIMEOUT,
                        SourceKeys.LDAP_SUBADDRESSING,
                        SourceKeys.LDAP_NAME);
        s.finish();
        if (servers.isEmpty() || base.isEmpty()) {
            return Optional.empty();
        }
        Ldap ldap =
                new Ldap(
                        servers,
                        startTls,
                        ca.orElse(null),
                        base.get(),
                        filter,
                        attributes.isEmpty() ? List.of("mail", "proxyAddresses") : attributes,
                        downstream.orElse(null),
                        policy.orElse(null),
                        bind.orElse(null),
                        password.orElse(null),
                        page,
                        s.orDefault(SourceKeys.LDAP_REFERRALS).equals("ignore"),
                        sync);
        return Optional.of(placed(ldap, s));
    }

    private boolean isServerAlone(URI uri, Place place) {
        String path = uri.getRawPath();
        boolean alone =
                (path == null || path.isEmpty() || path.equals("/"))
                        && uri.getRawQuery() == null
                        && uri.getRawFragment() == null;
        if (!alone) {
            problems.error(
                    place,
                    "url must be " + SourceKeys.LDAP_URL.doc() + "; base and filter have keys");
        }
        return alone;
    }

    Optional<Sql> sql(Section s) {
        Optional<String> url =
                s.one(SourceKeys.SQL_URL)
                        .filter(text -> {
                            Place place = s.placeOf(SourceKeys.SQL_URL);
                            if (!text.startsWith("jdbc:")) {
                                problems.error(place, "url must be " + SourceKeys.SQL_URL.doc());
                                return false;
                            }
                            return uri(
                                            text.substring("jdbc:".length()),
                                            place,
                                            List.of("postgresql"))
                                    .filter(uri -> namesDatabase(uri, place))
                                    .isPresent();
                        });
        url.ifPresent(text -> checkOptions(text, s.placeOf(SourceKeys.SQL_URL)));
        Optional<String> user = s.one(SourceKeys.SQL_USER);
        Optional<Secret> password = secrets.read(s, SourceKeys.SQL_PASSWORD);
        Optional<String> query = s.one(SourceKeys.SQL_QUERY);
        Sync sync =
                sync(
                        s,
                        SourceKeys.SQL_SYNC,
                        SourceKeys.SQL_TIMEOUT,
                        SourceKeys.SQL_SUBADDRESSING,
                        SourceKeys.SQL_NAME);
        s.finish();
        return url.isEmpty() || query.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        placed(
                                new Sql(
                                        url.get(),
                                        user.orElse(null),
                                        password.orElse(null),
                                        query.get(),
                                        sync),
                                s));
    }

    private boolean namesDatabase(URI uri, Place place) {
        String path = uri.getRawPath();
        boolean names = path != null && path.matches("/[^/]+");
        if (!names) {
            problems.error(place, "url names no database; it must be " + SourceKeys.SQL_URL.doc());
        }
        return names;
    }

    /** Without verify-full anybody on the way can name any recipients. */
    private void checkOptions(String url, Place place) {
        int question = url.indexOf('?');
        Set<String> options =
                question < 0
                        ? Set.of()
                        : Set.copyOf(List.of(url.substring(question + 1).split("&", -1)));
        for (String option : options) {
            if (option.startsWith("user=") || option.startsWith("password=")) {
                problems.error(place, "url must not hold user and password; they have keys");
            }
            if (option.startsWith(SSL_MODE)
                    && !SSL_MODES.contains(option.substring(SSL_MODE.length()))) {
                problems.error(
                        place,
                        "sslmode must be one of "
                                + String.join(", ", SSL_MODES.stream().sorted().toList()));
            }
        }
        String host = URI.create(url.substring("jdbc:".length()).split("\\?", -1)[0]).getHost();
        if (!isLoopback(host) && !options.contains("sslmode=verify-full")) {
            problems.warning(
                    place,
                    "the database's name is not checked, or nothing is encrypted; add"
                            + " ?sslmode=verify-full");
        }
    }

    private static boolean isLoopback(@Nullable String host) {
        return host != null && host.matches("localhost|127\\..*|\\[::1]");
    }

    Optional<Http> http(Section s) {
        Optional<URI> url =
                s.one(SourceKeys.HTTP_URL)
                        .flatMap(text ->
                                uri(
                                        text,
                                        s.placeOf(SourceKeys.HTTP_URL),
                                        List.of("http", "https")));
        Optional<Path> ca = file(s, SourceKeys.HTTP_CA);
        Optional<String> user = s.one(SourceKeys.HTTP_USER);
        Optional<Secret> password = secrets.read(s, SourceKeys.HTTP_PASSWORD);
        Optional<Secret> token = secrets.read(s, SourceKeys.HTTP_TOKEN);
        if (user.isPresent() != s.has(SourceKeys.HTTP_PASSWORD)
                || (user.isPresent() && s.has(SourceKeys.HTTP_TOKEN))) {
            problems.error(s.place(), "give user and password, or token, or neither");
        }
        boolean clear = url.isPresent() && url.get().getScheme().equals("http");
        if (clear && (password.isPresent() || token.isPresent())) {
            problems.warning(
                    s.placeOf(SourceKeys.HTTP_URL), "the secret goes over http:// in the clear");
        } else if (clear && !isLoopback(url.get().getHost())) {
            problems.warning(
                    s.placeOf(SourceKeys.HTTP_URL),
                    "without TLS whoever is on the way can name any recipient; use https://");
        }
        Sync sync =
                sync(
                        s,
                        SourceKeys.HTTP_SYNC,
                        SourceKeys.HTTP_TIMEOUT,
                        SourceKeys.HTTP_SUBADDRESSING,
                        SourceKeys.HTTP_NAME);
        s.finish();
        return url.map(u ->
                placed(
                        new Http(
                                u,
                                ca.orElse(null),
                                user.orElse(null),
                                password.or(() -> token).orElse(null),
                                sync),
                        s));
    }

    /**
     * Reads a call-out.
     *
     * @param downstream name of the downstream that is asked, where it has one
     */
    Callout callout(Section s, String downstream) {
        Callout callout =
                new Callout(
                        downstream,
                        s.positive(SourceKeys.CALLOUT_TIMEOUT),
                        s.positive(SourceKeys.CALLOUT_POSITIVE),
                        s.positive(SourceKeys.CALLOUT_NEGATIVE),
                        s.orDefault(SourceKeys.CALLOUT_CONNECTIONS));
        s.finish();
        return callout;
    }

    private Sync sync(
            Section s,
            Key<Duration> every,
            Key<Duration> timeout,
            Key<String> detail,
            Key<String> name) {
        return new Sync(
                s.positive(every), s.positive(timeout), separator(s, detail), name(s, name));
    }

    private @Nullable String name(Section s, Key<String> key) {
        Optional<String> text = s.one(key);
        if (text.isPresent() && !NAME.matcher(text.get()).matches()) {
            problems.error(
                    s.placeOf(key), "name must be small letters, digits and hyphens, 40 at most");
            return null;
        }
        return text.orElse(null);
    }

    /**
     * Sources that ask the same are one, with one last good list and one line in status; two that
     * differ in anything else would write over each other's.
     */
    void one(Domain domain, RecipientSourceConfig.Remote source, Place place) {
        Named before = named.putIfAbsent(source.name(), new Named(source, domain));
        if (before != null && !before.source().equals(source)) {
            problems.error(
                    place,
                    "this source asks the same as one of "
                            + before.domain()
                            + ", but not in the same way; make them equal"
                            + (source instanceof RecipientSourceConfig.Synced
                                    ? ", or give one a name"
                                    : ""));
        }
    }

    private record Named(RecipientSourceConfig.Remote source, Domain domain) {}

    private @Nullable Character separator(Section s, Key<String> key) {
        Optional<String> text = s.one(key);
        if (text.isEmpty()) {
            return null;
        }
        if (text.get().length() != 1 || "+-=._".indexOf(text.get().charAt(0)) < 0) {
            problems.error(s.placeOf(key), "subaddressing must be one of + - = . _ in quotes");
            return null;
        }
        return text.get().charAt(0);
    }

    private Optional<Path> file(Section s, Key<String> key) {
        return s.one(key)
                .flatMap(text -> paths.readable(text, s.placeOf(key)))
                .map(FileReference::absolute);
    }

    private Optional<URI> uri(String text, Place place, List<String> schemes) {
        try {
            URI uri = new URI(text);
            if (uri.getScheme() == null || !schemes.contains(uri.getScheme())) {
                problems.error(
                        place, "url must begin with " + String.join(":// or ", schemes) + "://");
            } else if (uri.getHost() == null) {
                problems.error(place, "url names no host: " + ValueType.shortened(text));
            } else if (uri.getPort() == 0 || uri.getPort() > LAST_PORT) {
                problems.error(place, "url needs a port from 1 to 65535, found " + uri.getPort());
            } else if (uri.getUserInfo() != null) {
                problems.error(place, "url must not hold user and password; they have keys");
            } else {
                return Optional.of(uri);
            }
        } catch (URISyntaxException e) {
            problems.error(place.right(Math.max(0, e.getIndex())), "no url: " + e.getReason());
        }
        return Optional.empty();
    }
}
