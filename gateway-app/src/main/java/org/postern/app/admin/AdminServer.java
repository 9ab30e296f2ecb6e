package org.postern.app.admin;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.AdminConfig;
import org.postern.core.net.Ip;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP listener for metrics, health and commands. All routes but the open ones want the token
 * as {@code Authorization: Bearer}. A route that fails answers 500 with one line and logs the rest;
 * mail is never touched by trouble here.
 */
public final class AdminServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AdminServer.class);
    private static final int MAX_THREADS = 16;
    private static final long IDLE_MILLIS = 30_000;
    private static final String BEARER = "Bearer ";

    private final Server server;
    private final ServerConnector connector;

    /** A server that listens once {@link #start()} is called. */
    public AdminServer(AdminConfig config, AdminToken token, List<Route> routes) {
        QueuedThreadPool pool = new QueuedThreadPool(MAX_THREADS, 2);
        pool.setName("admin");
        pool.setDaemon(true);
        pool.setVirtualThreadsExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server = new Server(pool);
        HttpConfiguration http = new HttpConfiguration();
        http.setSendServerVersion(false);
        http.setSendDateHeader(true);
        connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(Ip.text(config.address()));
        connector.setPort(config.port());
        connector.setIdleTimeout(IDLE_MILLIS);
        server.addConnector(connector);
        server.setHandler(new Dispatcher(token, List.copyOf(routes)));
    }

    /**
     * Binds and serves.
     *
     * @throws IOException if the port cannot be bound; the message names it and the remedy
     */
    public void start() throws IOException {
        try {
            connector.open();
            server.start();
        } catch (Exception e) {
            close();
            throw new IOException(
                    "admin: cannot listen on "
                            + connector.getHost()
                            + ":"
                            + connector.getPort()
                            + ": "
                            + rootMessage(e)
                            + "; choose another admin.port or stop what holds it",
                    e);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** The port in use, also where the configuration says 0. */
    public int port() {
        return connector.getLocalPort();
    }

    @Override
    public void close() {
        try {
            server.stop();
        } catch (Exception e) {
            LOG.warn("admin listener did not stop cleanly: {}", e.toString());
        }
    }

    /** Finds the route, checks the token, keeps failures inside. */
    private static final class Dispatcher extends Handler.Abstract {
        private final AdminToken token;
        private final List<Route> routes;

        Dispatcher(AdminToken token, List<Route> routes) {
            this.token = token;
            this.routes = routes;
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) {
            String path = Request.getPathInContext(request);
            Route route = null;
            boolean otherMethod = false;
            for (Route candidate : routes) {
                if (candidate.serves(path)) {
                    if (candidate.method().equals(request.getMethod())) {
                        route = candidate;
                        break;
                    }
                    otherMethod = true;
                }
            }
            Exchange exchange =
                    new Exchange(
                            request,
                            response,
                            route == null
                                    ? ""
                                    : path.substring(
                                            Math.min(path.length(), route.prefix().length())));
            try {
                if (route == null) {
                    exchange.json(
                            otherMethod ? 405 : 404,
                            Map.of(
                                    "error",
                                    otherMethod
                                            ? "this path takes another method"
                                            : "there is nothing at this path"));
                } else if (!route.open() && !authorized(request)) {
                    response.getHeaders().put(HttpHeader.WWW_AUTHENTICATE, "Bearer");
                    exchange.json(
                            401,
                            Map.of(
                                    "error",
                                    "a token is needed: the one in admin.token under data"));
                } else {
                    route.action().answer(exchange);
                }
                callback.succeeded();
            } catch (IOException | RuntimeException e) {
                fail(exchange, response, path, e, callback);
            }
            return true;
        }

        private static void fail(
                Exchange exchange, Response response, String path, Exception e, Callback callback) {
            if (response.isCommitted()) {
                LOG.debug("{}: client went away: {}", path, e.toString());
                callback.failed(e);
                return;
            }
            LOG.error("{}: {}", path, e.toString(), e);
            try {
                exchange.json(500, Map.of("error", "internal error; the log has the details"));
                callback.succeeded();
            } catch (IOException again) {
                again.addSuppressed(e);
                callback.failed(again);
            }
        }

        private boolean authorized(Request request) {
            @Nullable String header = request.getHeaders().get(HttpHeader.AUTHORIZATION);
            return header != null
                    && header.startsWith(BEARER)
                    && token.matches(header.substring(BEARER.length()).strip());
        }
    }
}
