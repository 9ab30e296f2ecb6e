package org.postern.app.admin;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Fields;
import org.jspecify.annotations.Nullable;
import org.postern.app.text.Json;

/** One request and its response, as the routes see them. Used by one thread. */
public final class Exchange {
    private static final int BUFFER = 64 * 1024;

    private final Request request;
    private final Response response;
    private final String rest;
    private @Nullable Fields query;

    Exchange(Request request, Response response, String rest) {
        this.request = request;
        this.response = response;
        this.rest = rest;
    }

    /** What follows the route's prefix in the path, without a leading slash. */
    public String rest() {
        return rest;
    }

    /** The first value of a query parameter, or null. */
    public @Nullable String parameter(String name) {
        return query().getValue(name);
    }

    /** All values of a query parameter, in their order. */
    public List<String> parameters(String name) {
        List<String> values = query().getValues(name);
        return values == null ? List.of() : values;
    }

    private Fields query() {
        Fields known = query;
        if (known == null) {
            known = Request.extractQueryParameters(request);
            query = known;
        }
        return known;
    }

    /** The body of the request, read as it comes; the caller closes it. */
    public InputStream body() {
        return Content.Source.asInputStream(request);
    }

    /** Whether the answer shall be for people. */
    public boolean wantsText() {
        return "text".equals(parameter("format"));
    }

    /** A request header's value, or null. */
    public @Nullable String header(String name) {
        return request.getHeaders().get(name);
    }

    /**
     * The request's body.
     *
     * @throws IOException if it is longer than {@code max} octets
     */
    public byte[] body(int max) throws IOException {
        try (InputStream in = body()) {
            byte[] body = in.readNBytes(max + 1);
            if (body.length > max) {
                throw new IOException("the request's body is longer than " + max + " octets");
            }
            return body;
        }
    }

    /** Sends a whole text. */
    public void text(int status, String contentType, String body) throws IOException {
        try (OutputStream out = stream(status, contentType)) {
            out.write(body.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Sends one JSON value. */
    public void json(int status, Object value) throws IOException {
        text(status, "application/json", Json.MAPPER.writeValueAsString(value) + "\n");
    }

    /** Begins a response of unknown length; the caller closes the stream. */
    public OutputStream stream(int status, String contentType) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        return new BufferedOutputStream(Content.Sink.asOutputStream(response), BUFFER);
    }
}
