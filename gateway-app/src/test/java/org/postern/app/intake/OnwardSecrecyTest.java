package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;

class OnwardSecrecyTest {
    @TempDir Path folder;

    @ParameterizedTest
    @CsvSource({
        "maildir:///var/mail/all, opportunistic, true",
        "lmtp+unix:///run/lmtp, opportunistic, true",
        "lmtp://127.0.0.1:24, none, true",
        "lmtp://[::1]:24, none, true",
        "lmtp://192.0.2.1:24, opportunistic, false",
        "lmtp://192.0.2.1:24, required, true",
        "smtp://127.0.0.1:25, opportunistic, false",
        "smtp://192.0.2.1:25, required, true",
        "smtps://192.0.2.1:465, required, true",
    })
    void requireTlsIsHonouredWhereNobodyCanReadAlongOnward(String uri, String tls, boolean kept)
            throws IOException {
        assertThat(kept(uri, tls, uri, tls)).isEqualTo(kept);
        assertThat(kept(uri, tls, "lmtp://192.0.2.9:24", "opportunistic"))
                .as("one domain in plain text is enough")
                .isFalse();
    }

    private boolean kept(String uri, String tls, String other, String otherTls) throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("postern.yaml"),
                        """
                        hostname: mx.example.test
                        data: data
                        listeners:
                          - { address: 127.0.0.1, port: 2525 }
                        downstreams:
                          one: { uri: "%s"%s }
                          two: { uri: "%s"%s }
                        domains:
                          example.test:
                            recipients: { static: [postmaster@example.test] }
                            downstream: one
                          example.invalid:
                            recipients: { static: [postmaster@example.invalid] }
                            downstream: two
                        """
                                .formatted(uri, tls(uri, tls), other, tls(other, otherTls)));
        return switch (Snapshots.read(file, TimeSource.system())) {
            case SnapshotResult.Loaded loaded -> OnwardSecrecy.isKeptBy(loaded.snapshot());
            case SnapshotResult.Refused refused ->
                    throw new AssertionError(refused.problems().toString());
        };
    }

    private static String tls(String uri, String tls) {
        return uri.startsWith("maildir") || uri.startsWith("lmtp+unix") ? "" : ", tls: " + tls;
    }
}
