package org.postern.queue.spool.log;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.postern.core.time.TimeSource;
import org.postern.queue.spool.Spool;
import org.postern.queue.spool.SpoolAlarm;
import org.postern.queue.spool.SpoolContract;
import org.postern.queue.spool.SpoolException;
import org.postern.queue.spool.SpoolListener;
import org.postern.queue.spool.SpoolOptions;

class DiskSpoolTest extends SpoolContract {
    @Override
    protected Spool open() throws SpoolException {
        return DiskSpool.open(options(), time, listener());
    }

    private SpoolOptions options() {
        return new SpoolOptions(folder.resolve("spool"), 1 << 20, 64 << 10, 0, 200_000);
    }

    private SpoolListener listener() {
        return new SpoolListener() {
            @Override
            public void alarm(SpoolAlarm alarm) {
                alarms.add(alarm);
            }

            @Override
            public void synced(Duration took, int records, long bytes) {}
        };
    }

    @Test
    void isOpenedByOneAtATime() {
        assertThatThrownBy(() -> DiskSpool.open(options(), TimeSource.system(), SpoolListener.NONE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining("another Postern has this spool open");
    }

    @Test
    void saysWhereItCannotBeOpenedAndWhatToDo() throws Exception {
        Files.writeString(folder.resolve("file"), "x");
        SpoolOptions bad = new SpoolOptions(folder.resolve("file/spool"), 1 << 20, 64 << 10, 0, 1);
        assertThatThrownBy(() -> DiskSpool.open(bad, TimeSource.system(), SpoolListener.NONE))
                .isInstanceOf(SpoolException.class)
                .hasMessageContaining(folder.resolve("file/spool").toString())
                .hasMessageContaining("set data to another directory");
    }
}
