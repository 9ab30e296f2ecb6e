package org.postern.app.directory;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import org.jspecify.annotations.Nullable;
import org.postern.app.text.Json;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamLocation;

/**
 * Everybody as JSON, in the form of a recipient file: {@code ["alice@example.net", …]} or {@code
 * {"recipients": […], "aliases": {"sales": ["alice", "bob"]}}}; a recipient may be {@code
 * {"address": …, "downstream": …, "policy": …}}. A key that is not known is an error: it may well
 * say that there is a next page. Redirects are not followed, since the secret would go along.
 */
final class HttpFeed implements RecipientFeed {
    private static final long MAX_BYTES = 256L << 20;
    private static final int WHOLE_IN_TIMEOUTS = 20;

    /** How many targets of one alias are gathered before they are counted. */
    private static final int TARGETS_AT_ONCE = 1_000;

    private static final List<String> RECIPIENT_KEYS = List.of("address", "downstream", "policy");

    private final RecipientSourceConfig.Http config;
    private final TimeSource time;

    HttpFeed(RecipientSourceConfig.Http config, TimeSource time) {
        this.config = config;
        this.time = time;
    }

    @Override
    public void fetch(Sink sink) throws FeedException {
        HttpURLConnection http = null;
        Duration whole = config.sync().timeout().multipliedBy(WHOLE_IN_TIMEOUTS);
        Deadline deadline = Deadline.after(time, whole);
        try {
            http = open();
            HttpURLConnection opened = http;
            try (Cutoff _ = new Cutoff(whole, opened::disconnect);
                    InputStream in = new Bounded(body(opened), deadline)) {
                read(in, sink);
            }
        } catch (JacksonException e) {
            TokenStreamLocation at = e.getLocation();
            throw new FeedException(
                    config.place()
                            + (at == null ? "" : ": " + place(at))
                            + ": the JSON is not whole: "
                            + words(e.getOriginalMessage()),
                    e);
        } catch (IOException e) {
            throw new FeedException(config.place() + ": " + e.getMessage(), e);
        } finally {
            if (http != null) {
                http.disconnect();
            }
        }
    }

    private HttpURLConnection open() throws IOException {
        HttpURLConnection http = (HttpURLConnection) config.url().toURL().openConnection();
        if (http instanceof HttpsURLConnection https) {
            https.setSSLSocketFactory(TrustAnchors.context(config.caFile()).getSocketFactory());
        }
        int millis = (int) Math.min(Integer.MAX_VALUE, config.sync().timeout().toMillis());
        http.setConnectTimeout(millis);
        http.setReadTimeout(millis);
        http.setInstanceFollowRedirects(false);
        http.setUseCaches(false);
        http.setRequestProperty("Accept", "application/json");
        http.setRequestProperty("User-Agent", "postern");
        if (config.secret() != null) {
            String secret = config.secret().read();
            if (secret.chars().anyMatch(Character::isISOControl)) {
                // the JDK refuses it too, in words that hold it
                throw new IOException("the secret " + config.secret() + " holds a line end");
            }
            String authorization =
                    config.user() == null
                            ? "Bearer " + secret // RFC 6750, 2.1
                            : "Basic "
                                    + Base64.getEncoder()
                                            .encodeToString(
                                                    (config.user() + ":" + secret)
                                                            .getBytes(StandardCharsets.UTF_8));
            http.setRequestProperty("Authorization", authorization);
        }
        return http;
    }

    private static InputStream body(HttpURLConnection http) throws IOException {
        int status = http.getResponseCode();
        if (status != HttpURLConnection.HTTP_OK) {
            throw new IOException("HTTP status " + status + ", not 200");
        }
        return http.getInputStream();
    }

    private static final class Bounded extends FilterInputStream {
        private final Deadline deadline;
        private long left = MAX_BYTES;

        Bounded(InputStream in, Deadline deadline) {
            super(in);
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            return counted(super.read(), 1);
        }

        @Override
        public int read(byte[] b, int offset, int length) throws IOException {
            int read = super.read(b, offset, length);
            return counted(read, read);
        }

        private int counted(int result, int octets) throws IOException {
            // who blocks in a read holds a lock that a close from outside waits for: each read ends
            // within its own time-out, and the last one here
            if (deadline.hasPassed()) {
                throw new IOException("the whole list did not come in time");
            }
            if (result >= 0) {
                left -= octets;
                if (left < 0) {
                    throw new IOException("more than 256 MB, the most allowed");
                }
            }
            return result;
        }
    }

    private static String place(TokenStreamLocation at) {
        return "line " + at.getLineNr() + ", column " + at.getColumnNr();
    }

    /** Without what a parser says of itself. */
    private static String words(String message) {
        int about = message.indexOf(" (start marker at");
        int source = message.indexOf(" at [Source");
        int end =
                Math.min(
                        about < 0 ? message.length() : about,
                        source < 0 ? message.length() : source);
        return message.substring(0, end).lines().findFirst().orElse("");
    }

    /** A token in words. */
    private static String found(@Nullable JsonToken token) {
        return switch (token) {
            case null -> "the end";
            case START_OBJECT, END_OBJECT -> "a mapping";
            case START_ARRAY, END_ARRAY -> "a list";
            case VALUE_STRING, PROPERTY_NAME -> "a text";
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            case VALUE_NULL -> "null";
            case NOT_AVAILABLE, VALUE_EMBEDDED_OBJECT -> "something else";
        };
    }

    private void read(InputStream in, Sink sink) throws FeedException {
        try (JsonParser json = Json.MAPPER.createParser(in)) {
            try {
                value(json, sink);
            } catch (Unfit e) {
                throw new FeedException(
                        config.place()
                                + ": "
                                + place(json.currentTokenLocation())
                                + ": "
                                + e.getMessage(),
                        e);
            }
        }
    }

    /** JSON that is whole, and not what is asked for. */
    private static final class Unfit extends Exception {
        private static final long serialVersionUID = 1L;

        Unfit(String message) {
            super(message);
        }
    }

    private static void value(JsonParser json, Sink sink) throws FeedException, Unfit {
        switch (json.nextToken()) {
            case START_ARRAY -> recipients(json, sink);
            case START_OBJECT -> mapping(json, sink);
            case null, default ->
                    throw new Unfit(
                            "the answer is neither a JSON list nor a mapping with recipients");
        }
        if (json.nextToken() != null) {
            throw new Unfit("something follows the JSON value");
        }
    }

    private static void mapping(JsonParser json, Sink sink) throws FeedException, Unfit {
        boolean listed = false;
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            if (key.equals("recipients") && value == JsonToken.START_ARRAY) {
                recipients(json, sink);
                listed = true;
            } else if (key.equals("aliases") && value == JsonToken.START_OBJECT) {
                aliases(json, sink);
            } else {
                throw new Unfit(
                        "the mapping has "
                                + key
                                + "; known are recipients (a list) and aliases (a mapping)");
            }
        }
        if (!listed) {
            throw new Unfit("the mapping has no recipients");
        }
    }

    private static void recipients(JsonParser json, Sink sink) throws FeedException, Unfit {
        for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
            if (t == JsonToken.VALUE_STRING) {
                sink.recipient(json.getString());
            } else if (t == JsonToken.START_OBJECT) {
                withHandling(json, sink);
            } else {
                throw new Unfit("recipients must be texts or mappings, found " + found(t));
            }
        }
    }

    private static void withHandling(JsonParser json, Sink sink) throws FeedException, Unfit {
        Map<String, String> values = new HashMap<>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            if (!RECIPIENT_KEYS.contains(key)) {
                throw new Unfit("a recipient has " + key + "; known are " + RECIPIENT_KEYS);
            }
            if (value == JsonToken.VALUE_STRING) {
                values.put(key, json.getString());
            } else if (value != JsonToken.VALUE_NULL) {
                throw new Unfit(key + " of a recipient must be a text, found " + found(value));
            }
        }
        String address = values.get("address");
        if (address == null) {
            throw new Unfit("a recipient without an address");
        }
        sink.recipient(address, Handling.of(values.get("downstream"), values.get("policy")));
    }

    private static void aliases(JsonParser json, Sink sink) throws FeedException, Unfit {
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = json.currentName();
            List<String> targets = new ArrayList<>();
            JsonToken value = json.nextToken();
            if (value == JsonToken.VALUE_STRING) {
                targets.add(json.getString());
            } else if (value == JsonToken.START_ARRAY) {
                for (JsonToken t = json.nextToken();
                        t != JsonToken.END_ARRAY;
                        t = json.nextToken()) {
                    if (t != JsonToken.VALUE_STRING) {
                        throw new Unfit("targets of an alias must be texts, found " + found(t));
                    }
                    targets.add(json.getString());
                    if (targets.size() == TARGETS_AT_ONCE) {
                        // said again of the same name, an alias has the targets of both
                        sink.alias(name, targets);
                        targets.clear();
                    }
                }
            } else {
                throw new Unfit("an alias is a text or a list of texts, found " + found(value));
            }
            sink.alias(name, targets);
        }
    }
}
