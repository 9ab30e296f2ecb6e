package org.postern.queue.schedule;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests with a relay of their own, opened before each and not started, and closed after it. */
abstract class WithRelay {
    @TempDir Path folder;
    RelayFixture relay;

    @BeforeEach
    final void openRelay() throws Exception {
        relay = new RelayFixture(folder);
    }

    @AfterEach
    final void closeRelay() {
        relay.close();
    }
}
