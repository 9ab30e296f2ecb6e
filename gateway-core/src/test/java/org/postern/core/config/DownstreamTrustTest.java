package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.DownstreamConfig.Trust;

/** How a downstream's certificate is verified, as the file says it. */
class DownstreamTrustTest {
    private static final String PIN = "ab".repeat(32);

    @TempDir Path directory;

    private LoadResult load(String store) throws IOException {
        Files.writeString(directory.resolve("ca.pem"), "not read yet\n");
        Path file = directory.resolve("postern.yaml");
        Files.writeString(
                file,
                """
                hostname: mx1.example.net
                data: data
                listeners:
                  - { address: 127.0.0.1, port: 2525 }
                domains:
                  example.net:
                    recipients: { static: [alice@example.net] }
                    downstream: store
                downstreams:
                  store: { %s }
                """
                        .formatted(store));
        return ConfigLoader.load(file);
    }

    private DownstreamConfig good(String store) throws IOException {
        LoadResult result = load(store);
        assertThat(result).isInstanceOf(LoadResult.Loaded.class);
        return ((LoadResult.Loaded) result).config().downstreams().get("store");
    }

    private List<String> problems(String store) throws IOException {
        LoadResult result = load(store);
        assertThat(result).isInstanceOf(LoadResult.Refused.class);
        return ((LoadResult.Refused) result)
                .problems().all().stream().map(Object::toString).toList();
    }

    @Test
    void withoutAWordTheMachinesAuthoritiesAreTrusted() throws Exception {
        DownstreamConfig config = good("uri: \"lmtp://127.0.0.1:24\", tls: required");
        assertThat(config.trust()).isEqualTo(new Trust.SystemRoots());
        assertThat(config.mx()).isFalse();
        assertThat(config.xclient()).isFalse();
    }

    @Test
    void oneWayIsChosen() throws Exception {
        assertThat(good("uri: \"smtp://a.example:25\", tls: required, ca-file: ca.pem").trust())
                .isEqualTo(new Trust.CaFile(directory.resolve("ca.pem")));
        assertThat(
                        good("uri: \"smtp://a.example:25\", tls: required, pins: \"" + PIN + "\"")
                                .trust())
                .isEqualTo(new Trust.Pins(List.of(PIN)));
        DownstreamConfig mx =
                good("uri: \"smtp://example.org:25\", mx: true, dane: true, xclient: true");
        assertThat(mx.trust()).isEqualTo(new Trust.Dane());
        assertThat(mx.mx()).isTrue();
        assertThat(mx.xclient()).isTrue();
    }

    @Test
    void whatCannotHoldIsAnError() throws Exception {
        assertThat(problems("uri: \"smtp://a.example:25\", tls: required, ca-file: none.pem"))
                .singleElement()
                .asString()
                .contains("no such file");
        assertThat(problems("uri: \"smtp://a.example:25\", tls: required, pins: \"abc\""))
                .singleElement()
                .asString()
                .contains("64 hex digits");
        assertThat(problems("uri: \"smtp://a.example:25\", ca-file: ca.pem"))
                .singleElement()
                .asString()
                .contains("only with tls: required");
        assertThat(problems("uri: \"lmtp://a.example:25\", mx: true"))
                .singleElement()
                .asString()
                .contains("mx: true needs");
        assertThat(
                        problems(
                                "uri: \"smtp://a.example:25\", tls: required, dane: true, pins: \""
                                        + PIN
                                        + "\""))
                .singleElement()
                .asString()
                .contains("only one of");
    }
}
