package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.EmailAddress;

class ProbeReaderTest {
    @TempDir Path folder;

    private @Nullable ProbeConfig good(String probe) throws IOException {
        return SampleConfig.good(folder, probe).probe();
    }

    private String bad(String probe) throws IOException {
        return SampleConfig.bad(folder, probe).toString();
    }

    @Test
    void withoutTheSectionNothingIsProbed() throws IOException {
        assertThat(good("")).isNull();
    }

    @Test
    void theSmallestSectionNamesARecipient() throws IOException {
        assertThat(good("probe: { recipient: postmaster@example.test }"))
                .isEqualTo(
                        new ProbeConfig(
                                Duration.ofMinutes(1),
                                Duration.ofSeconds(45),
                                null,
                                EmailAddress.of("postmaster@example.test"),
                                null,
                                java.util.List.of(),
                                null,
                                null));
    }

    @Test
    void allOfItCanBeSaid() throws IOException {
        Files.writeString(folder.resolve("password"), "s3cret\n");
        ProbeConfig probe =
                Objects.requireNonNull(
                        good(
                                """
                                probe:
                                  every: 30s
                                  timeout: 20s
                                  address: "[2001:db8::1]:25"
                                  recipient: postmaster@example.test
                                  sender: probe@pass.test
                                  expect: [spf=pass, dmarc=pass]
                                  forged-author: someone@reject.test
                                  imap: { url: "imap://127.0.0.1", user: probe, password: { file: password } }
                                """));
        assertThat(probe.address())
                .isEqualTo(InetSocketAddress.createUnresolved("2001:db8::1", 25));
        assertThat(probe.expect()).hasToString("[spf=pass, dmarc=pass]");
        ProbeConfig.Mailbox mailbox = Objects.requireNonNull(probe.mailbox());
        assertThat(mailbox.port()).isEqualTo(143);
        assertThat(mailbox.password().read()).isEqualTo("s3cret");
        assertThat(probe.toString()).doesNotContain("s3cret");
    }

    @Test
    void whatCannotBeProbedIsSaid() throws IOException {
        assertThat(bad("probe: {}")).contains("recipient is missing");
        assertThat(bad("probe: { recipient: a@elsewhere.test }")).contains("under domains");
        assertThat(bad("probe: { recipient: postmaster@example.test, every: 1s }"))
                .contains("5s or longer");
        assertThat(bad("probe: { recipient: postmaster@example.test, address: mx }"))
                .contains("must be host:port");
        assertThat(bad("probe: { recipient: postmaster@example.test, expect: [spf=good] }"))
                .contains("dmarc=pass");
        assertThat(bad("probe: { recipient: postmaster@example.test, expect: [spf=temperror] }"))
                .contains("dmarc=pass");
        assertThat(
                        bad(
                                "probe: { recipient: postmaster@example.test, imap: { url:"
                                        + " 'pop://x', user: a } }"))
                .contains("imaps://host", "password is missing");
    }
}
