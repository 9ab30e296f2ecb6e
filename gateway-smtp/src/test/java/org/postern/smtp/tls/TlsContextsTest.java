package org.postern.smtp.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.config.TlsConfig;

class TlsContextsTest {
    @TempDir private Path folder;
    private Path chain = Path.of("chain.pem");
    private Path key = Path.of("key.pem");

    @BeforeEach
    void files() {
        chain = folder.resolve("chain.pem");
        key = folder.resolve("key.pem");
    }

    private TlsConfig config() {
        return new TlsConfig(List.of(new TlsConfig.Certificate(chain, key)));
    }

    private void put(String chainOf, String keyOf, int second) throws Exception {
        Files.write(chain, Files.readAllBytes(TestCertificates.chain(chainOf)));
        Files.write(key, Files.readAllBytes(TestCertificates.key(keyOf)));
        FileTime time = FileTime.from(Instant.parse("2026-11-21T10:00:00Z").plusSeconds(second));
        Files.setLastModifiedTime(chain, time);
        Files.setLastModifiedTime(key, time);
    }

    @Test
    void withoutCertificatesTlsIsNotAvailable() throws Exception {
        assertThat(TlsContexts.none().available()).isFalse();
        assertThat(TlsContexts.load(TlsConfig.NONE).available()).isFalse();
    }

    @Test
    void theEarliestExpiryIsKnown() throws Exception {
        TlsContexts contexts = TlsContexts.load(TestCertificates.config("ec", "rsa"));
        assertThat(contexts.available()).isTrue();
        assertThat(contexts.earliestExpiry().orElseThrow()).isAfter("2100-01-01T00:00:00Z");
    }

    @Test
    void aKeyOfAnotherCertificateIsNamed() throws Exception {
        put("ec", "other", 0);
        assertThatThrownBy(() -> TlsContexts.load(config()))
                .isInstanceOf(TlsProblemException.class)
                .hasMessageContaining("key.pem: does not belong");
        put("ec", "rsa", 0);
        assertThatThrownBy(() -> TlsContexts.load(config()))
                .hasMessageContaining("key.pem: does not belong");
    }

    @Test
    void aFileThatIsNoneOfThisIsNamedWithARemedy() throws Exception {
        assertThatThrownBy(() -> TlsContexts.load(config()))
                .hasMessageContaining("chain.pem: does not exist");
        put("ec", "ec", 0);
        Files.writeString(key, "-----BEGIN RSA PRIVATE KEY-----\n");
        assertThatThrownBy(() -> TlsContexts.load(config()))
                .hasMessageContaining("key.pem")
                .hasMessageContaining("openssl pkcs8 -topk8 -nocrypt");
        put("ec", "ec", 0);
        Files.writeString(chain, "rubbish");
        assertThatThrownBy(() -> TlsContexts.load(config())).hasMessageContaining("chain.pem");
    }

    @Test
    void renewedFilesAreTakenAndBadOnesRefused() throws Exception {
        put("ec", "ec", 0);
        TlsContexts contexts = TlsContexts.load(config());
        Object first = contexts.context().orElseThrow();
        assertThat(contexts.refresh()).isEqualTo(TlsContexts.Refresh.UNCHANGED);

        put("other", "ec", 1); // a renewal under way: the key has not come yet
        assertThat(contexts.refresh()).isEqualTo(TlsContexts.Refresh.REFUSED);
        assertThat(contexts.context().orElseThrow()).isSameAs(first);
        assertThat(contexts.refresh()).isEqualTo(TlsContexts.Refresh.UNCHANGED);

        put("other", "other", 2);
        assertThat(contexts.refresh()).isEqualTo(TlsContexts.Refresh.RENEWED);
        assertThat(contexts.context().orElseThrow()).isNotSameAs(first);
    }

    @Test
    void whatAnotherHasReadComesIntoUseAtOnce() throws Exception {
        put("ec", "ec", 0);
        TlsContexts contexts = TlsContexts.load(config());
        TlsContexts read = TlsContexts.load(TestCertificates.config("rsa"));
        contexts.become(read);
        assertThat(contexts.context()).isEqualTo(read.context());
        assertThat(contexts.refresh()).isEqualTo(TlsContexts.Refresh.UNCHANGED);
    }
}
