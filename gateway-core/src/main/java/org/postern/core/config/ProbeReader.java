package org.postern.core.config;

import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.problem.ProblemCollector;

/** Reads section {@code probe}. */
final class ProbeReader {
    private static final Duration OFTEN = Duration.ofSeconds(5);
    private static final Pattern EXPECTATION =
            Pattern.compile(
                    "(spf|dkim|arc|dmarc|iprev)="
                            + "(pass|fail|softfail|neutral|none|policy|permerror)");
    private static final Pattern HOST_AND_PORT =
            Pattern.compile("([A-Za-z0-9_.-]+|\\[[0-9A-Fa-f:.]+]):([0-9]{1,5})");

    private final ProblemCollector problems;
    private final SecretReader secrets;

    ProbeReader(PathResolver paths, ProblemCollector problems) {
        this.problems = problems;
        this.secrets = new SecretReader(paths, problems);
    }

    /**
     * Reads the section.
     *
     * @param domains the hosted domains
     */
    Optional<ProbeConfig> read(Section s, Map<Domain, DomainConfig> domains) {
        Duration every = s.orDefault(ProbeKeys.EVERY);
        if (every.compareTo(OFTEN) < 0) {
            problems.error(s.placeOf(ProbeKeys.EVERY), "probe.every must be 5s or longer");
        }
        Duration timeout = s.orDefault(ProbeKeys.TIMEOUT);
        if (timeout.isZero()) {
            problems.error(s.placeOf(ProbeKeys.TIMEOUT), "probe.timeout must be longer than 0");
        }
        Optional<EmailAddress> recipient = s.one(ProbeKeys.RECIPIENT);
        if (recipient.isPresent()
                && !(recipient.get().host() instanceof Domain d && domains.containsKey(d))) {
            problems.error(
                    s.placeOf(ProbeKeys.RECIPIENT),
                    "probe.recipient must be an address of a domain under domains");
        }
        InetSocketAddress address = address(s).orElse(null);
        EmailAddress sender = s.one(ProbeKeys.SENDER).orElse(null);
        List<ProbeConfig.Expectation> expect = expectations(s);
        EmailAddress forged = s.one(ProbeKeys.FORGED_AUTHOR).orElse(null);
        ProbeConfig.Mailbox mailbox = s.section("imap").flatMap(this::mailbox).orElse(null);
        s.finish();
        return recipient.map(to ->
                new ProbeConfig(every, timeout, address, to, sender, expect, forged, mailbox));
    }

    private Optional<InetSocketAddress> address(Section s) {
        Optional<String> text = s.one(ProbeKeys.ADDRESS);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Matcher m = HOST_AND_PORT.matcher(text.get());
        if (!m.matches() || Integer.parseInt(m.group(2)) > 65_535) {
            problems.error(
                    s.placeOf(ProbeKeys.ADDRESS),
                    "probe.address must be host:port, such as mx1.example.net:25 or"
                            + " \"[2001:db8::1]:25\"");
            return Optional.empty();
        }
        return Optional.of(
                InetSocketAddress.createUnresolved(
                        m.group(1).replaceAll("[\\[\\]]", ""), Integer.parseInt(m.group(2))));
    }

    private List<ProbeConfig.Expectation> expectations(Section s) {
        List<ProbeConfig.Expectation> expect = new ArrayList<>();
        for (Section.Placed<String> one : s.list(ProbeKeys.EXPECT)) {
            Matcher m = EXPECTATION.matcher(one.value());
            if (m.matches()) {
                expect.add(new ProbeConfig.Expectation(m.group(1), m.group(2)));
            } else {
                problems.error(
                        one.place(),
                        "probe.expect must be a method and a result such as dmarc=pass; methods are"
                                + " spf, dkim, arc, dmarc, iprev");
            }
        }
        return expect;
    }

    private Optional<ProbeConfig.Mailbox> mailbox(Section s) {
        Optional<String> url = s.one(ProbeKeys.IMAP_URL);
        Optional<String> user = s.one(ProbeKeys.IMAP_USER);
        Optional<Secret> password = secrets.read(s, ProbeKeys.IMAP_PASSWORD);
        if (password.isEmpty() && !s.has(ProbeKeys.IMAP_PASSWORD)) {
            problems.error(
                    s.place(),
                    "password is missing in probe.imap: " + ProbeKeys.IMAP_PASSWORD.type().name());
        }
        s.finish();
        Optional<URI> uri = url.flatMap(ProbeReader::uri);
        if (url.isPresent() && uri.isEmpty()) {
            problems.error(
                    s.placeOf(ProbeKeys.IMAP_URL),
                    "probe.imap.url must be imaps://host or imap://host, with :port where it is not"
                            + " 993 or 143");
        }
        if (uri.isEmpty() || user.isEmpty() || password.isEmpty()) {
            return Optional.empty();
        }
        boolean tls = "imaps".equals(uri.get().getScheme());
        int port = uri.get().getPort() > 0 ? uri.get().getPort() : tls ? 993 : 143;
        return Optional.of(
                new ProbeConfig.Mailbox(
                        uri.get().getHost(), port, tls, user.get(), password.get()));
    }

    private static Optional<URI> uri(String text) {
        try {
            URI uri = new URI(text);
            boolean imap = "imaps".equals(uri.getScheme()) || "imap".equals(uri.getScheme());
            return imap && uri.getHost() != null ? Optional.of(uri) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty(); // what is no URI is said to be none by the caller
        }
    }
}
