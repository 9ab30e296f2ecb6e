package org.postern.app.journal;

import java.io.Serial;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * The tables of one day's file, as {@code docs/journal.md} explains them. Rows are small: what
 * repeats stands once, in a table of its own, and is named by number.
 */
final class JournalSchema {
    /** {@code PRAGMA user_version}; a file of another version is left alone. */
    static final int VERSION = 1;

    /** {@code PRAGMA application_id}: "Post". */
    private static final int APPLICATION = 0x506f7374;

    private static final List<String> TABLES =
            List.of(
                    "CREATE TABLE word(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
                    "CREATE TABLE name(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
                    "CREATE TABLE address(id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE,"
                            + " domain INTEGER NOT NULL)",
                    "CREATE INDEX address_domain ON address(domain)",
                    "CREATE TABLE client(id INTEGER PRIMARY KEY, ip BLOB NOT NULL UNIQUE,"
                            + " text TEXT NOT NULL)",
                    "CREATE TABLE dns(id INTEGER PRIMARY KEY, type TEXT NOT NULL, name TEXT NOT"
                            + " NULL, outcome TEXT NOT NULL, records TEXT NOT NULL)",
                    "CREATE TABLE evidence(id INTEGER PRIMARY KEY, spf TEXT NOT NULL, helo_spf TEXT"
                            + " NOT NULL, iprev TEXT NOT NULL, dkim TEXT NOT NULL, arc TEXT NOT"
                            + " NULL, dmarc TEXT NOT NULL, author TEXT, detail TEXT NOT NULL)",
                    "CREATE TABLE message(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, stage"
                            + " INTEGER NOT NULL, disposition INTEGER NOT NULL, qid TEXT, client"
                            + " INTEGER NOT NULL, peer INTEGER NOT NULL, helo INTEGER, tls INTEGER"
                            + " NOT NULL, sender INTEGER, rcpts, rule INTEGER NOT NULL, reason"
                            + " INTEGER NOT NULL, revision INTEGER NOT NULL, size INTEGER NOT NULL,"
                            + " evidence INTEGER, reply TEXT, detail TEXT, observed TEXT, subject"
                            + " TEXT)",
                    "CREATE INDEX message_at ON message(at)",
                    "CREATE INDEX message_qid ON message(qid) WHERE qid IS NOT NULL",
                    "CREATE INDEX message_sender ON message(sender) WHERE sender IS NOT NULL",
                    "CREATE INDEX message_client ON message(client)",
                    "CREATE TABLE rcpt(address INTEGER NOT NULL, seq INTEGER NOT NULL,"
                            + " PRIMARY KEY(address, seq)) WITHOUT ROWID",
                    "CREATE TABLE delivery(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, qid TEXT"
                            + " NOT NULL, address INTEGER, outcome INTEGER NOT NULL, downstream"
                            + " INTEGER, attempt INTEGER, took INTEGER, retry INTEGER,"
                            + " duplicate TEXT, way TEXT, reply TEXT)",
                    "CREATE INDEX delivery_qid ON delivery(qid)",
                    "CREATE TABLE connection(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, client"
                            + " INTEGER NOT NULL, peer INTEGER NOT NULL, helo INTEGER, tls INTEGER"
                            + " NOT NULL, outcome INTEGER NOT NULL, lasted INTEGER NOT NULL,"
                            + " accepted INTEGER NOT NULL, refused INTEGER NOT NULL)",
                    "CREATE INDEX connection_client ON connection(client)",
                    "CREATE TABLE operation(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, who TEXT"
                            + " NOT NULL, action TEXT NOT NULL, plan TEXT, count INTEGER NOT NULL,"
                            + " why TEXT)",
                    "CREATE TABLE operation_entry(qid TEXT NOT NULL, seq INTEGER NOT NULL,"
                            + " PRIMARY KEY(qid, seq)) WITHOUT ROWID",
                    "CREATE TABLE note(seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT"
                            + " NULL, detail TEXT NOT NULL)",
                    // for people with the sqlite3 shell
                    "CREATE VIEW mail AS SELECT m.seq, strftime('%Y-%m-%d %H:%M:%f', m.at / 1000.0,"
                            + " 'unixepoch') AS time, d.text AS disposition, m.qid, c.text AS"
                            + " client, h.text AS helo, coalesce(s.text, '') AS sender, (SELECT"
                            + " group_concat(a.text, ' ') FROM json_each('[' || m.rcpts || ']') r"
                            + " JOIN address a ON a.id = r.value) AS recipients, g.text AS stage,"
                            + " u.text AS rule, w.text AS reason, m.size, e.spf, e.dkim, e.dmarc,"
                            + " m.reply, m.revision FROM message m JOIN word d ON d.id ="
                            + " m.disposition JOIN client c ON c.id = m.client LEFT JOIN name h ON"
                            + " h.id = m.helo LEFT JOIN address s ON s.id = m.sender JOIN word g ON"
                            + " g.id = m.stage JOIN word u ON u.id = m.rule JOIN word w ON w.id ="
                            + " m.reason LEFT JOIN evidence e ON e.id = m.evidence");

    /** Came after the first files of this version: who reads those finds no row. */
    private static final String SCREENING =
            "CREATE TABLE IF NOT EXISTS screening(seq INTEGER PRIMARY KEY, detail TEXT NOT NULL)";

    private JournalSchema() {}

    /** A file of another version of the program: nothing is wrong with it, but it is not ours. */
    static final class OtherVersion extends SQLException {
        @Serial private static final long serialVersionUID = 1L;

        OtherVersion(int version) {
            super("it is of version " + version + ", this program writes version " + VERSION);
        }
    }

    /** Sees to it that a file is new or of this version. */
    static void check(Statement s) throws SQLException {
        int version = version(s);
        if (version != 0 && version != VERSION) {
            throw new OtherVersion(version);
        }
    }

    /** Makes the tables of a new file. */
    static void prepare(Connection db) throws SQLException {
        try (Statement s = db.createStatement()) {
            if (version(s) == VERSION) {
                s.execute(SCREENING);
                return;
            }
            s.execute("BEGIN");
            for (String table : TABLES) {
                s.execute(table);
            }
            s.execute(SCREENING);
            s.execute("PRAGMA application_id = " + APPLICATION);
            s.execute("PRAGMA user_version = " + VERSION);
            s.execute("COMMIT");
        }
    }

    static int version(Statement s) throws SQLException {
        try (ResultSet r = s.executeQuery("PRAGMA user_version")) {
            return r.next() ? r.getInt(1) : 0;
        }
    }
}
