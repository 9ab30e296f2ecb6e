package org.postern.app.impact;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.core.mail.QueueId;
import org.postern.queue.spool.disk.Disk;
import org.postern.queue.spool.disk.DiskFile;

/** What was noted outlives a stop of the machine, but for one slice. */
class SentNoticesTest {
    @TempDir Path folder;

    /** Lines written and not forced yet, the most there ever were, and directories forced. */
    private int unforced;

    private int most;
    private final List<Path> directories = new ArrayList<>();

    private <T> T watched(Class<T> type, T real) {
        return type.cast(
                Proxy.newProxyInstance(
                        type.getClassLoader(),
                        new Class<?>[] {type},
                        (proxy, method, arguments) -> {
                            switch (method.getName()) {
                                case "write" -> most = Math.max(most, ++unforced);
                                case "force" -> unforced = 0;
                                case "forceDirectory" -> directories.add((Path) arguments[0]);
                                default -> {
                                    // nothing that matters for durability
                                }
                            }
                            try {
                                Object result = method.invoke(real, arguments);
                                return result instanceof DiskFile file
                                        ? watched(DiskFile.class, file)
                                        : result;
                            } catch (InvocationTargetException e) {
                                throw e.getCause();
                            }
                        }));
    }

    @Test
    void noMoreThanASliceIsEverNotForcedAndNothingOnceItIsClosed() throws Exception {
        Disk disk = watched(Disk.class, Disk.real());
        List<QueueId> ids = new ArrayList<>();
        try (SentNotices sent = SentNotices.open(disk, folder, "plan.sent")) {
            for (int i = 1; i <= 3 * SentNotices.SLICE + 5; i++) {
                ids.add(new QueueId(i));
                sent.add(ids.getLast());
            }
        }
        assertThat(most).isEqualTo(SentNotices.SLICE);
        assertThat(unforced).isZero();
        assertThat(directories).containsExactly(folder);
        assertThat(SentNotices.read(disk, folder, "plan.sent")).isEqualTo(ids);
    }
}
