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
import org.postern.app.text.Json;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;

/**
 * Everybody as JSON, in the form of a recipient file: {@code ["alice@example.net", …]} or {@code
 * {"recipients": […], "aliases": {"sales": ["alice", "bob"]}}}; a recipient may be {@code
 * {"address": …, "downstream": …, "policy": …}}. A key that is not known is an error: it may well
 * say that there is a next page. Redirects are not followed, since the secret would go along.
 */
final class HttpFeed implements RecipientFeed {
    private static final long MAX_BYTES = 256L << 20;
    private static final int WHOLE_IN_TIMEOUTS = 20;
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
            throw new FeedException(
                    config.place() + ": the JSON is not whole: " + e.getOriginalMessage(), e);
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

    private static void read(InputStream in, Sink sink) throws FeedException {
        try (JsonParser json = Json.MAPPER.createParser(in)) {
            switch (json.nextToken()) {
                case START_ARRAY -> recipients(json, sink);
                case START_OBJECT -> mapping(json, sink);
                case null, default ->
                        throw new FeedException(
                                "the answer is neither a JSON list nor a mapping with recipients");
            }
            if (json.nextToken() != null) {
                throw new FeedException("something follows the JSON value");
            }
        }
    }

    private static void mapping(JsonParser json, Sink sink) throws FeedException {
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
                throw new FeedException(
                        "the mapping has "
                                + key
                                + "; known are recipients (a list) and aliases (a mapping)");
            }
        }
        if (!listed) {
            throw new FeedException("the mapping has no recipients");
        }
    }

    private static void recipients(JsonParser json, Sink sink) throws FeedException {
        for (JsonToken t = json.nextToken(); t != JsonToken.END_ARRAY; t = json.nextToken()) {
            if (t == JsonToken.VALUE_STRING) {
                sink.recipient(json.getString());
            } else if (t == JsonToken.START_OBJECT) {
                withHandling(json, sink);
            } else {
                throw new FeedException("recipients must be texts or mappings, found " + t);
            }
        }
    }

    private static void withHandling(JsonParser json, Sink sink) throws FeedException {
        Map<String, String> values = new HashMap<>();
        while (json.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = json.currentName();
            JsonToken value = json.nextToken();
            if (!RECIPIENT_KEYS.contains(key)) {
                throw new FeedException("a recipient has " + key + "; known are " + RECIPIENT_KEYS);
            }
            if (value == JsonToken.VALUE_STRING) {
                values.put(key, json.getString());
            } else if (value != JsonToken.VALUE_NULL) {
                throw new FeedException(key + " of a recipient must be a text, found " + value);
            }
        }
        String address = values.get("address");
        if (address == null) {
            throw new FeedException("a recipient without an address");
        }
        sink.recipient(address, Handling.of(values.get("downstream"), values.get("policy")));
    }

    private static void aliases(JsonParser json, Sink sink) throws FeedException {
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
                        throw new FeedException("targets of an alias must be texts, found " + t);
                    }
                    targets.add(json.getString());
                }
            } else {
                throw new FeedException("an alias is a text or a list of texts, found " + value);
            }
            sink.alias(name, targets);
        }
    }
}
