package org.postern.core.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.postern.core.config.DownstreamConfig.Target;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.net.Ip;

/**
 * The grammar of downstream URIs: {@code lmtp://host:port}, {@code smtp://host:port}, {@code
 * smtps://host:port}, {@code lmtp+unix:///path}, {@code maildir:///path}. A Maildir may also be
 * given relative to the configuration file: {@code maildir:../data/mail}. Nothing else is read into
 * a URI: no user, no query, no default port.
 */
final class DownstreamUri {
    static final String FORMS =
            "lmtp://host:port, smtp://host:port, smtps://host:port, lmtp+unix:///path or"
                    + " maildir:///path";

    private DownstreamUri() {}

    /** Whether a text is meant as a URI rather than as the name of a downstream. */
    static boolean isUri(String text) {
        return text.indexOf(':') >= 0;
    }

    /**
     * Reads a URI.
     *
     * @param base the directory that a relative Maildir is relative to, absolute
     */
    static Target parse(String uri, Path base) throws BadValueException {
        int colon = uri.indexOf(':');
        if (colon < 0) {
            throw new BadValueException("must be " + FORMS + ", found " + shown(uri));
        }
        String scheme = uri.substring(0, colon);
        String rest = uri.substring(colon + 1);
        int start = colon + 1;
        return switch (scheme) {
            case "lmtp" -> {
                HostPort at = hostPort(scheme, rest, start, 24);
                yield new Target.Lmtp(at.host, at.port);
            }
            case "smtp" -> {
                HostPort at = hostPort(scheme, rest, start, 25);
                yield new Target.Smtp(at.host, at.port, false);
            }
            case "smtps" -> {
                HostPort at = hostPort(scheme, rest, start, 465);
                yield new Target.Smtp(at.host, at.port, true);
            }
            case "lmtp+unix" -> {
                if (!rest.startsWith("///")) {
                    throw new BadValueException(
                            "needs the absolute path of a socket, such as"
                                    + " lmtp+unix:///run/dovecot/lmtp",
                            start);
                }
                yield new Target.LmtpUnix(path(rest.substring(2), start));
            }
            case "maildir" -> new Target.Maildir(maildir(rest, start, base));
            default ->
                    throw new BadValueException(
                            "must begin with lmtp, smtp, smtps, lmtp+unix or maildir, as in "
                                    + FORMS
                                    + "; found "
                                    + shown(scheme));
        };
    }

    private record HostPort(String host, int port) {}

    private static HostPort hostPort(String scheme, String rest, int start, int usualPort)
            throws BadValueException {
        String form = scheme + "://host:" + usualPort;
        if (!rest.startsWith("//")) {
            throw new BadValueException(
                    "needs two slashes after " + scheme + ":, as in " + form, start);
        }
        String authority = rest.substring(2);
        int end = indexOfAny(authority, "/?#@");
        if (end >= 0) {
            throw new BadValueException(
                    "has nothing but host and port after the slashes, as in " + form,
                    start + 2 + end);
        }
        int colon = authority.lastIndexOf(':');
        if (colon < 0 || authority.endsWith("]")) {
            throw new BadValueException(
                    "needs a port, as in " + form, start + 2 + authority.length());
        }
        String host = authority.substring(0, colon);
        int port = ValueTypes.port(authority.substring(colon + 1));
        return new HostPort(host(host, start + 2), port);
    }

    private static String host(String host, int start) throws BadValueException {
        if (host.startsWith("[") && host.endsWith("]")) {
            String inner = host.substring(1, host.length() - 1);
            if (inner.indexOf(':') >= 0 && isAddress(inner)) {
                return inner;
            }
            throw new BadValueException("has no IPv6 address between its brackets", start + 1);
        }
        if (host.indexOf(':') >= 0) {
            throw new BadValueException(
                    "needs brackets around an IPv6 address, as in [2001:db8::1]:24", start);
        }
        if (isAddress(host)) {
            return host;
        }
        try {
            Domain domain = Domain.parse(host);
            if (domain.endsInNumber()) {
                throw new BadValueException(
                        "names no host: IPv4 is four decimal octets without leading zeros, and no"
                                + " name ends in a number",
                        start);
            }
            return domain.ascii();
        } catch (InvalidAddressException e) {
            throw new BadValueException(
                    "names no host: " + e.getMessage(), start + Math.max(0, e.position()));
        }
    }

    private static boolean isAddress(String text) {
        try {
            Ip.parseScoped(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static Path maildir(String rest, int start, Path base) throws BadValueException {
        if (rest.startsWith("///")) {
            return path(rest.substring(2), start);
        }
        if (rest.startsWith("/") || rest.isEmpty()) {
            throw new BadValueException(
                    "needs an absolute path with three slashes, maildir:///var/mail/in, or one"
                            + " relative to this file, maildir:../data/mail",
                    start);
        }
        return base.resolve(path(rest, start)).normalize();
    }

    private static Path path(String text, int start) throws BadValueException {
        try {
            return Path.of(text).normalize();
        } catch (InvalidPathException e) {
            throw new BadValueException("holds no path: " + e.getReason(), start);
        }
    }

    private static int indexOfAny(String text, String characters) {
        for (int i = 0; i < text.length(); i++) {
            if (characters.indexOf(text.charAt(i)) >= 0) {
                return i;
            }
        }
        return -1;
    }

    private static String shown(String text) {
        return text.isEmpty() ? "nothing" : ValueType.shortened(text);
    }
}
