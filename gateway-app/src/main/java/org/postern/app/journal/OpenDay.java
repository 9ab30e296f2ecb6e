package org.postern.app.journal;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which file is written: that of the day, its next part where it is full or of another version, a
 * new one where it is damaged. Used by the writer's thread alone.
 */
final class OpenDay {
    private static final Logger LOG = LoggerFactory.getLogger("journal");

    /** Parts of other versions that are passed over in one day. */
    private static final int MAX_PARTS = 100;

    private final DayFiles files;
    private final Privacy privacy;
    private @Nullable DayWriter open;

    OpenDay(DayFiles files, Privacy privacy) {
        this.files = files;
        this.privacy = privacy;
    }

    /** The file that is open, or null. */
    @Nullable DayWriter open() {
        return open;
    }

    /** The file to write into, opened where need be. */
    DayWriter of(LocalDate today) throws SQLException, IOException {
        DayWriter now = open;
        if (now != null && now.file().day().equals(today)) {
            return now;
        }
        close();
        return begin(files.current(today));
    }

    private DayWriter begin(DayFiles.DayFile first) throws SQLException {
        DayFiles.DayFile file = first;
        for (int part = 0; ; part++) {
            try {
                DayWriter opened = DayWriter.open(file, privacy);
                open = opened;
                return opened;
            } catch (JournalSchema.OtherVersion e) {
                if (part >= MAX_PARTS) {
                    throw e;
                }
                LOG.warn(
                        "{}: {}; it is left as it is, the day goes on in another file",
                        file.path(),
                        e.getMessage());
                file = files.next(file);
            }
        }
    }

    /**
     * Sets the day's file aside: it is damaged.
     *
     * @return what was done, one line; empty where there is no such file
     */
    String setAside(LocalDate today) throws IOException {
        DayWriter now = open;
        DayFiles.DayFile file = now == null ? files.current(today) : now.file();
        close();
        Path aside = files.setAside(file);
        String what = file.path().getFileName() + " is damaged and set aside as " + aside;
        LOG.error("{}; the day goes on in a new file", what);
        return what;
    }

    /** Goes on in another file where this one is larger than {@code most}; removes what is old. */
    void look(long most, LocalDate oldest, long maxSize) throws SQLException, IOException {
        DayWriter now = open;
        if (now == null) {
            return;
        }
        if (DayFiles.size(now.file()) > most) {
            DayFiles.DayFile next = files.next(now.file());
            close();
            now = begin(next);
        }
        List<DayFiles.DayFile> removed = files.retain(oldest, maxSize, now.file());
        for (DayFiles.DayFile gone : removed) {
            LOG.info("{} removed by retention", gone.path().getFileName());
        }
    }

    /** Closes what is open; that it cannot be is logged. */
    void close() {
        DayWriter now = open;
        open = null;
        if (now != null) {
            try {
                now.close();
            } catch (SQLException e) {
                LOG.warn("{}: {}", now.file().path(), e.toString());
            }
        }
    }
}
