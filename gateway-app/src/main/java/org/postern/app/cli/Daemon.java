package org.postern.app.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.HttpURLConnection;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postern.app.admin.AdminToken;
import org.postern.core.config.Whereabouts;
import org.postern.core.net.Ip;

/** The running gateway as the commands reach it: over its admin listener, with the token. */
final class Daemon {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int READ_MILLIS = 120_000;
    private static final int CHUNK = 64 * 1024;

    private final String base;
    private final String token;
    private final int readMillis;

    private Daemon(String base, String token) {
        this(base, token, READ_MILLIS);
    }

    private Daemon(String base, String token, int readMillis) {
        this.base = base;
        this.token = token;
        this.readMillis = readMillis;
    }

    /** The same, for what it may have to wait for others with. */
    Daemon waiting(Duration atMost) {
        return new Daemon(base, token, (int) Math.min(Integer.MAX_VALUE, atMost.toMillis()));
    }

    /**
     * The daemon that is found there.
     *
     * @throws CommandFailure with exit code 3 if it left no token to show
     */
    static Daemon of(Whereabouts where) {
        try {
            return new Daemon(base(where), AdminToken.read(where.data()).value());
        } catch (NoSuchFileException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "no daemon has run here: there is no "
                            + AdminToken.file(where.data())
                            + "; start one with: postern run");
        } catch (IOException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "the daemon cannot be asked: "
                            + AdminToken.file(where.data())
                            + " cannot be read by this user; type it as root or as the gateway's"
                            + " user (sudo)");
        }
    }

    /** The daemon for what needs no token: metrics, health and readiness. */
    static Daemon open(Whereabouts where) {
        return new Daemon(base(where), "");
    }

    private static String base(Whereabouts where) {
        String host = Ip.text(where.admin().address());
        if (where.admin().address().isAnyLocalAddress()) {
            host = host.contains(":") ? "::1" : "127.0.0.1";
        }
        return "http://"
                + (host.contains(":") ? "[" + host + "]" : host)
                + ":"
                + where.admin().port();
    }

    /**
     * An answer.
     *
     * @param status HTTP status
     * @param body the body; the caller closes it
     */
    record Answer(int status, InputStream body) {
        /** The whole body as text. */
        String text() throws IOException {
            try (InputStream in = body) {
                return new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
        }

        /** What went wrong, in the daemon's words: 2 for what was asked wrongly, else 1. */
        CommandFailure failure() throws IOException {
            return new CommandFailure(
                    status == 400 ? ExitCode.USAGE : ExitCode.FAILED, text().strip());
        }
    }

    /**
     * Asks the daemon.
     *
     * @throws CommandFailure with exit code 3 if it does not answer
     * @throws IOException if the connection breaks off
     */
    Answer ask(String method, String pathAndQuery) throws IOException {
        return send(method, pathAndQuery, null);
    }

    /**
     * As {@link #ask}, with a body that is sent as it is read.
     *
     * @param body what is sent, or null
     */
    Answer send(String method, String pathAndQuery, @Nullable InputStream body) throws IOException {
        HttpURLConnection http =
                (HttpURLConnection) URI.create(base + pathAndQuery).toURL().openConnection();
        http.setRequestMethod(method);
        http.setConnectTimeout(CONNECT_MILLIS);
        http.setReadTimeout(readMillis);
        if (!token.isEmpty()) {
            http.setRequestProperty("Authorization", "Bearer " + token);
        }
        int status;
        try {
            if (body != null) {
                http.setDoOutput(true);
                http.setChunkedStreamingMode(CHUNK);
                try (OutputStream out = http.getOutputStream()) {
                    body.transferTo(out);
                }
            }
            status = http.getResponseCode();
        } catch (SocketTimeoutException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "the daemon at " + base + " is there and does not answer: " + e.getMessage());
        } catch (ConnectException e) {
            throw new CommandFailure(
                    ExitCode.UNREACHABLE,
                    "the daemon does not answer at "
                            + base
                            + ": "
                            + e.getMessage()
                            + "; is it running? start it with: postern run");
        }
        InputStream error = http.getErrorStream();
        InputStream said =
                status < 400
                        ? http.getInputStream()
                        : error == null ? InputStream.nullInputStream() : error;
        return new Answer(status, said);
    }

    /**
     * Asks the daemon and copies its answer to standard output as it comes.
     *
     * @return the exit code
     * @throws CommandFailure with the daemon's words if it says no
     */
    int show(String method, String pathAndQuery) throws IOException {
        return show(ask(method, pathAndQuery));
    }

    /** Sends the daemon a body and shows its answer, as {@link #show(String, String)} does. */
    int send(String pathAndQuery, byte[] body) throws IOException {
        return show(send("POST", pathAndQuery, new ByteArrayInputStream(body)));
    }

    private static int show(Answer answer) throws IOException {
        if (answer.status() >= 400) {
            throw answer.failure();
        }
        try (InputStream in = answer.body()) {
            Console.copy(in);
        }
        return ExitCode.OK;
    }

    /** A value as it stands in a query. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
