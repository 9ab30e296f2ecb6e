package org.postern.app;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.postern.core.snapshot.Snapshot;
import org.postern.core.snapshot.SnapshotResult;
import org.postern.core.snapshot.Snapshots;
import org.postern.core.time.TimeSource;

/** The configuration of one small domain, example.test, to which a test adds what it is about. */
public final class SmallSite {
    private SmallSite() {}

    /** Its text, so that more of the domain or other sections can stand behind it. */
    public static String yaml(String... recipients) {
        return """
        hostname: mx.example.test
        data: data
        listeners: [{ address: 127.0.0.1, port: 2525 }]
        domains:
          example.test:
            recipients: { static: [%s] }
            downstream: maildir:mail
        """
                .formatted(String.join(", ", recipients));
    }

    /** Writes it into a folder. */
    public static Path write(Path folder, String more, String... recipients) throws IOException {
        return Files.writeString(folder.resolve("postern.yaml"), yaml(recipients) + more);
    }

    /** Writes and reads it; a refusal fails the test. */
    public static Snapshot snapshot(Path folder, TimeSource time, String more, String... recipients)
            throws IOException {
        return switch (Snapshots.read(write(folder, more, recipients), time)) {
            case SnapshotResult.Loaded loaded -> loaded.snapshot();
            case SnapshotResult.Refused refused ->
                    throw new AssertionError(refused.problems().toString());
        };
    }
}
