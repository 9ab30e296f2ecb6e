package org.postern.app.journal;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;
import org.sqlite.SQLiteOpenMode;

/** Opens files of the journal, and binds what may be missing. */
final class Sqlite {
    private static final int BUSY_MILLIS = 5_000;
    private static final long MAP_OCTETS = 8L << 30;

    private Sqlite() {}

    /** What a failure means for the file and for what could not be written. */
    enum Fault {
        /** The file is damaged: it is set aside and another begun. */
        DAMAGED,
        /** The file is that of another version: the day goes on in another. */
        OTHER_VERSION,
        /** The disk is full. */
        FULL,
        /** The file cannot be reached or is held by somebody: the same is tried again later. */
        AWAY,
        /** Anything else; tried again a few times. */
        OTHER
    }

    /** What kind of failure this is. */
    static Fault fault(Exception e) {
        if (e instanceof JournalSchema.OtherVersion) {
            return Fault.OTHER_VERSION;
        }
        Throwable cause = e;
        while (cause != null && !(cause instanceof SQLiteException)) {
            cause = cause.getCause();
        }
        if (!(cause instanceof SQLiteException failure)) {
            return Fault.OTHER;
        }
        // the primary code is in the lowest octet (sqlite.org/rescode.html)
        int code = failure.getResultCode().code & 0xff;
        return switch (SQLiteErrorCode.getErrorCode(code)) {
            case SQLITE_CORRUPT, SQLITE_NOTADB, SQLITE_FORMAT -> Fault.DAMAGED;
            case SQLITE_FULL -> Fault.FULL;
            case SQLITE_BUSY,
                    SQLITE_LOCKED,
                    SQLITE_CANTOPEN,
                    SQLITE_IOERR,
                    SQLITE_READONLY,
                    SQLITE_PERM,
                    SQLITE_AUTH,
                    SQLITE_PROTOCOL ->
                    Fault.AWAY;
            default -> Fault.OTHER;
        };
    }

    /**
     * For the one writer: WAL, no force at a commit. A crash of the machine may cost the last
     * moments of the journal, never its soundness.
     */
    static Connection forWriting(Path file) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.setPageSize(8_192);
        config.setSynchronous(SQLiteConfig.SynchronousMode.NORMAL);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(-32_768); // KB
        Connection db = config.createConnection("jdbc:sqlite:" + file);
        try (Statement s = db.createStatement()) {
            // before anything that would change a file that is not ours
            JournalSchema.check(s);
            s.execute("PRAGMA journal_mode = WAL");
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
                throw new JournalSchema.OtherVersion(version);
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
