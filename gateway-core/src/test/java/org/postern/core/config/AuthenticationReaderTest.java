package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.Domain;

class AuthenticationReaderTest {
    @TempDir Path directory;

    @Test
    void theOptionalPartsOfAuthenticationAreRead() throws IOException {
        Files.writeString(directory.resolve("seal.pem"), "");
        AuthenticationConfig config =
                SampleConfig.good(
                                directory,
                                """
                                authentication:
                                  arc-seal: { domain: example.net, selector: s1, key: seal.pem }
                                  received-spf: true
                                  dmarc-reject: quarantine
                                  second-opinion: 0.5%
                                """)
                        .authentication();
        assertThat(config.arcSeal())
                .isEqualTo(
                        new AuthenticationConfig.ArcSeal(
                                Domain.of("example.net"), "s1", directory.resolve("seal.pem")));
        assertThat(config.receivedSpf()).isTrue();
        assertThat(config.dmarcReject()).isEqualTo(AuthenticationConfig.DmarcReject.QUARANTINE);
        assertThat(config.secondOpinion()).isEqualTo(0.005);
    }
}
