package org.postern.core.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.postern.core.time.ManualTimeSource;

/** Snapshots of configurations of which a test says only what it is about. */
public final class TestSnapshots {
    private TestSnapshots() {}

    /**
     * Reads a configuration of these sections.
     *
     * @param folder where it is written to, and its relative paths begin
     * @param sections all but the host name, the data folder and the listeners
     */
    public static SnapshotResult read(Path folder, String sections) throws IOException {
        return Snapshots.read(
                Files.writeString(
                        folder.resolve("postern.yaml"),
                        """
                        hostname: mx.example.test
                        data: data
                        listeners: [{ address: 127.0.0.1, port: 2525 }]
                        """
                                + sections),
                new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z")));
    }

    /** The snapshot of a configuration that must be without a fault. */
    public static Snapshot loaded(SnapshotResult result) {
        assertThat(result).as("%s", result).isInstanceOf(SnapshotResult.Loaded.class);
        return ((SnapshotResult.Loaded) result).snapshot();
    }
}
