package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** A disk that stops taking writes while no mail comes is seen from outside. */
@WithPeers
class WitnessTest {
    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(40)).pollInterval(Duration.ofMillis(200));
    }

    @Test
    void aDiskThatCannotBeWrittenTurnsReadinessAndTheMetricAndComesBack(Surroundings around)
            throws IOException {
        try (Gateway gateway = around.newGateway("witness").start()) {
            Path probe = gateway.folder().resolve("data/spool/write-probe");
            soon().until(() -> Files.isRegularFile(probe));
            assertThat(gateway.get("/readyz").body()).contains("ok      disk", "ok      clock");
            // whoever opens a directory for writing is refused, root too
            Files.delete(probe);
            Files.createDirectory(probe);
            HttpResponse<String> unready =
                    soon().until(() -> gateway.get("/readyz"), r -> r.statusCode() == 503);
            assertThat(unready.body()).contains("NOT OK  disk: a write probe failed");
            assertThat(gateway.get("/metrics").body())
                    .contains("\npostern_spool_writable 0.0")
                    .contains("\npostern_ready 0.0")
                    .contains("\npostern_clock_steps_total 0.0");
            gateway.awaitConsole("the spool takes no mail: a write probe failed");
            Files.delete(probe);
            soon().until(() -> gateway.get("/readyz").statusCode() == 200);
            gateway.awaitConsole("the spool takes mail again");
        }
    }
}
