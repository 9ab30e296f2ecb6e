package org.postern.app.journal;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.DnsFact;
import org.postern.core.journal.Evidence;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;

/** The tables of one file that hold what repeats. Used by the writer's thread alone. */
final class Interners implements AutoCloseable {
    private static final int WORDS = 10_000;
    private static final int NAMES = 20_000;
    private static final int ADDRESSES = 50_000;
    private static final int CLIENTS = 20_000;
    private static final int DNS_FACTS = 10_000;
    private static final int EVIDENCE = 20_000;

    private final Connection db;
    private final Privacy privacy;
    private final MessageDigest sha256;
    private final List<PreparedStatement> statements = new ArrayList<>();

    private final Interner<String> words;
    private final Interner<String> names;
    private final Interner<String> addresses;
    private final Interner<InetAddress> clients;
    private final Interner<DnsFact> dns;
    private final Interner<Hash> evidence;
    private final PreparedStatement addDns;
    private final PreparedStatement addEvidence;

    // what Table.add of the interner of evidence is to write under the new number
    private Evidence pending;
    private String pendingDetail = "";

    /** 128 bits of SHA-256: with so many no two texts are ever taken for one. */
    private record Hash(long high, long low) {}

    @SuppressWarnings(
            "NullAway.Init") // pending is set before each use of the one table that reads it
    Interners(Connection db, Privacy privacy) throws SQLException {
        this.db = db;
        this.privacy = privacy;
        try {
            this.sha256 = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
        words = texts("word", WORDS);
        names = texts("name", NAMES);
        addresses = addresses();
        clients = clients();
        addDns = prepare("INSERT INTO dns VALUES(?,?,?,?,?)");
        addEvidence = prepare("INSERT INTO evidence VALUES(?,?,?,?,?,?,?,?,?)");
        dns = new Interner<>(DNS_FACTS, last("dns"), true, new DnsTable());
        evidence = new Interner<>(EVIDENCE, last("evidence"), true, new EvidenceTable());
    }

    private PreparedStatement prepare(String sql) throws SQLException {
        PreparedStatement statement = db.prepareStatement(sql);
        statements.add(statement);
        return statement;
    }

    private int last(String table) throws SQLException {
        try (Statement s = db.createStatement();
                ResultSet r = s.executeQuery("SELECT coalesce(max(id), 0) FROM " + table)) {
            return r.next() ? r.getInt(1) : 0;
        }
    }

    /** Whether all of a table fits into memory. */
    private boolean fits(String table, int capacity) throws SQLException {
        return last(table) <= capacity;
    }

    private Interner<String> texts(String table, int capacity) throws SQLException {
        PreparedStatement find = prepare("SELECT id FROM " + table + " WHERE text = ?");
        PreparedStatement add = prepare("INSERT INTO " + table + " VALUES(?,?)");
        boolean all = fits(table, capacity);
        Interner<String> interner =
                new Interner<>(
                        capacity,
                        last(table),
                        all,
                        new Interner.Table<>() {
                            @Override
                            public int find(String value) throws SQLException {
                                find.setString(1, value);
                                return firstInt(find);
                            }

                            @Override
                            public void add(int id, String value) throws SQLException {
                                add.setInt(1, id);
                                add.setString(2, value);
                                add.executeUpdate();
                            }
                        });
        if (all) {
            try (Statement s = db.createStatement();
                    ResultSet r = s.executeQuery("SELECT id, text FROM " + table)) {
                while (r.next()) {
                    interner.load(r.getString(2), r.getInt(1));
                }
            }
        }
        return interner;
    }

    private Interner<String> addresses() throws SQLException {
        PreparedStatement find = prepare("SELECT id FROM address WHERE text = ?");
        PreparedStatement add = prepare("INSERT INTO address VALUES(?,?,?)");
        boolean empty = last("address") == 0;
        return new Interner<>(
                ADDRESSES,
                last("address"),
                empty,
                new Interner.Table<>() {
                    @Override
                    public int find(String value) throws SQLException {
                        find.setString(1, privacy.written(value));
                        return firstInt(find);
                    }

                    @Override
                    public void add(int id, String value) throws SQLException {
                        add.setInt(1, id);
                        add.setString(2, privacy.written(value));
                        add.setInt(3, names.id(value.substring(value.lastIndexOf('@') + 1)));
                        add.executeUpdate();
                    }
                });
    }

    private Interner<InetAddress> clients() throws SQLException {
        PreparedStatement find = prepare("SELECT id FROM client WHERE ip = ?");
        PreparedStatement add = prepare("INSERT INTO client VALUES(?,?,?)");
        boolean empty = last("client") == 0;
        return new Interner<>(
                CLIENTS,
                last("client"),
                empty,
                new Interner.Table<>() {
                    @Override
                    public int find(InetAddress value) throws SQLException {
                        find.setBytes(1, value.getAddress());
                        return firstInt(find);
                    }

                    @Override
                    public void add(int id, InetAddress value) throws SQLException {
                        add.setInt(1, id);
                        add.setBytes(2, value.getAddress());
                        add.setString(3, Ip.text(value));
                        add.executeUpdate();
                    }
                });
    }

    private static int firstInt(PreparedStatement statement) throws SQLException {
        try (ResultSet r = statement.executeQuery()) {
            return r.next() ? r.getInt(1) : 0;
        }
    }

    /** A DNS answer; one that has been forgotten is written again. */
    private final class DnsTable implements Interner.Table<DnsFact> {
        @Override
        public int find(DnsFact value) {
            return 0;
        }

        @Override
        public void add(int id, DnsFact value) throws SQLException {
            addDns.setInt(1, id);
            addDns.setString(2, value.type());
            addDns.setString(3, value.name());
            addDns.setString(4, value.outcome());
            addDns.setString(5, EvidenceJson.array(value.records()));
            addDns.executeUpdate();
        }
    }

    /** Evidence by the hash of its text; what has been forgotten is written again. */
    private final class EvidenceTable implements Interner.Table<Hash> {
        @Override
        public int find(Hash value) {
            return 0;
        }

        @Override
        public void add(int id, Hash value) throws SQLException {
            Verdicts v = pending.verdicts();
            addEvidence.setInt(1, id);
            addEvidence.setString(2, v.spf().result().word());
            addEvidence.setString(3, v.heloSpf().result().word());
            addEvidence.setString(4, v.iprev().result().word());
            addEvidence.setString(5, v.dkimResult().word());
            addEvidence.setString(6, v.arc().result().word());
            addEvidence.setString(7, v.dmarc().result().word());
            Sqlite.text(addEvidence, 8, v.dmarc().authorDomain());
            addEvidence.setString(9, pendingDetail);
            addEvidence.executeUpdate();
        }
    }

    int word(String text) throws SQLException {
        return words.id(text);
    }

    /** A name that strangers choose, cut to what a name may have; 0 where it is empty. */
    int name(String text) throws SQLException {
        return text.isEmpty() ? 0 : names.id(text.substring(0, Math.min(text.length(), 255)));
    }

    /** An address in its look-up form; the null reverse-path is one too. */
    int address(EmailAddress address) throws SQLException {
        return addresses.id(address.key());
    }

    int nullAddress() throws SQLException {
        return addresses.id("");
    }

    int client(InetAddress address) throws SQLException {
        return clients.id(address);
    }

    int evidence(Evidence found) throws SQLException {
        int[] facts = new int[found.dns().size()];
        for (int i = 0; i < facts.length; i++) {
            facts[i] = dns.id(found.dns().get(i));
        }
        pendingDetail = EvidenceJson.of(found, facts);
        pending = found;
        byte[] hash = sha256.digest(pendingDetail.getBytes(StandardCharsets.UTF_8));
        java.nio.ByteBuffer bits = java.nio.ByteBuffer.wrap(hash);
        return evidence.id(new Hash(bits.getLong(), bits.getLong()));
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : statements) {
            statement.close();
        }
    }
}
