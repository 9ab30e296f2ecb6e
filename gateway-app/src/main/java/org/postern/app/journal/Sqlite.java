package org.postern.app.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteOpenMode;

/** Opens files of the journal, and binds what may be missing. */
final class Sqlite {
    private static final int BUSY_MILLIS = 5_000;
    private static final long MAP_OCTETS = 8L << 30;

    private Sqlite() {}

    /**
     * For the one writer: WAL, no force at a commit. A crash of the machine may cost the last
     * moments of the journal, never its soundness.
     */
    static Connection forWriting(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setPageSize(8_192);
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(-32_768); // KB
        Connection db = config.createConnection("jdbc:sqlite:" + file);
        try (Statement s = db.createStatement()) {
            s.execute("PRAGMA wal_autocheckpoint = 4000"); // pages: 32 MB
            JournalSchema.prepare(db);
        } catch (SQLException e) {
            db.close();
            throw e;
        }
        return db;
    }

    /** For readers, any number of them, while the writer writes. */
    static Connection forReading(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.resetOpenMode(SQLiteOpenMode.READWRITE);
        config.resetOpenMode(SQLiteOpenMode.CREATE);
        config.setOpenMode(SQLiteOpenMode.READONLY);
        config.setBusyTimeout(BUSY_MILLIS);
        Connection db = config.createConnection("jdbc:sqlite:" + file);
        try (Statement s = db.createStatement()) {
            s.execute("PRAGMA mmap_size = " + MAP_OCTETS);
            s.execute("PRAGMA cache_size = -16384");
            s.execute("PRAGMA query_only = 1");
            int version = JournalSchema.version(s);
            if (version != JournalSchema.VERSION) {
                throw new SQLException(
                        file + " is of version " + version + ", not " + JournalSchema.VERSION);
            }
        } catch (SQLException e) {
            db.close();
            throw e;
        }
        return db;
    }

    static void text(PreparedStatement s, int index, @Nullable String value) throws SQLException {
        // a missing value and an empty one are the same to who asks
        if (value == null || value.isEmpty()) {
            s.setNull(index, java.sql.Types.VARCHAR);
        } else {
            s.setString(index, value);
        }
    }

    static void number(PreparedStatement s, int index, int value) throws SQLException {
        if (value == 0) {
            s.setNull(index, java.sql.Types.INTEGER);
        } else {
            s.setInt(index, value);
        }
    }
}
