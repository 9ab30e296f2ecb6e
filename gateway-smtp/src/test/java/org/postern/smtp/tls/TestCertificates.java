package org.postern.smtp.tls;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.postern.core.config.TlsConfig;

/** The certificates under src/test/resources/tls: ec, rsa, other, wild and client. */
public final class TestCertificates {
    private TestCertificates() {}

    /** A configuration of these, in this order. */
    public static TlsConfig config(String... names) {
        List<TlsConfig.Certificate> all =
                Arrays.stream(names).map(n -> new TlsConfig.Certificate(chain(n), key(n))).toList();
        return new TlsConfig(all);
    }

    /** A chain. */
    public static Path chain(String name) {
        return file(name + ".chain.pem");
    }

    /** A key. */
    public static Path key(String name) {
        return file(name + ".key.pem");
    }

    private static Path file(String name) {
        URL url = Objects.requireNonNull(TestCertificates.class.getResource("/tls/" + name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
