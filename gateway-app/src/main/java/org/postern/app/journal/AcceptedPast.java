package org.postern.app.journal;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import org.postern.core.mail.Domain;
import org.postern.core.mail.InvalidAddressException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * The mail that was accepted and authenticated, as the journal has it: what the history of senders
 * is learned from again where it is lost. Reads one day after the other, grouped by client and
 * evidence, and waits for nobody; a day that cannot be read is left out and named by {@link
 * JournalReader#leftOut}. Thread-safe: it keeps nothing.
 */
public final class AcceptedPast {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private static final String GROUPED =
            "SELECT c.ip, e.detail, count(*), min(m.at), max(m.at) FROM message m"
                    + " JOIN client c ON c.id = m.client JOIN evidence e ON e.id = m.evidence"
                    + " JOIN word d ON d.id = m.disposition"
                    + " WHERE d.text = 'accepted' AND m.qid IS NOT NULL AND m.at < ?";

    /** What a scanner found something in, or could not look at, teaches nothing good. */
    private static final String CLEAN =
            " AND NOT EXISTS (SELECT 1 FROM screening x, json_each(x.detail, '$.scans') s"
                    + " WHERE x.seq = m.seq AND json_extract(s.value, '$.outcome') <> 'clean')";

    private static final String GROUPS = " GROUP BY m.client, m.evidence";

    private AcceptedPast() {}

    /** Takes what was accepted. */
    @FunctionalInterface
    public interface Learner {
        /**
         * Messages of a client that authenticated alike.
         *
         * @param client the true client
         * @param authenticated the domains that SPF passed for or a signature vouches for, at least
         *     one
         * @param messages how many
         * @param first when the first was accepted, by the wall clock
         * @param last when the last was
         */
        void learn(
                InetAddress client,
                Set<Domain> authenticated,
                int messages,
                Instant first,
                Instant last);
    }

    /**
     * Tells of everything that was accepted before a time, the oldest day first.
     *
     * @return how many messages were told of
     * @throws JournalException if the folder cannot be read
     */
    public static long tell(JournalReader journal, Instant before, Learner learner)
            throws JournalException {
        long[] messages = {0};
        journal.everyFile((db, file) -> messages[0] += tell(db, before, learner));
        return messages[0];
    }

    private static long tell(Connection db, Instant before, Learner learner) throws SQLException {
        long messages = 0;
        String sql = GROUPED + (ScreeningJson.isIn(db) ? CLEAN : "") + GROUPS;
        try (PreparedStatement s = db.prepareStatement(sql)) {
            s.setLong(1, before.toEpochMilli());
            try (ResultSet r = s.executeQuery()) {
                while (r.next()) {
                    Set<Domain> domains = authenticated(r.getString(2));
                    if (!domains.isEmpty()) {
                        messages += r.getInt(3);
                        learner.learn(
                                address(r.getBytes(1)),
                                domains,
                                r.getInt(3),
                                Instant.ofEpochMilli(r.getLong(4)),
                                Instant.ofEpochMilli(r.getLong(5)));
                    }
                }
            }
        }
        return messages;
    }

    private static InetAddress address(byte[] octets) throws SQLException {
        try {
            return InetAddress.getByAddress(octets);
        } catch (UnknownHostException e) {
            throw new SQLException("a client of " + octets.length + " octets", e);
        }
    }

    private static Set<Domain> authenticated(String evidence) {
        Set<Domain> domains = new HashSet<>();
        JsonNode detail;
        try {
            detail = JSON.readTree(evidence);
        } catch (JacksonException e) {
            return domains; // one row is damaged: the others are as good as ever
        }
        passed(detail.path("spf"), domains);
        for (JsonNode signature : detail.path("dkim")) {
            if (!signature.path("partly_signed").asBoolean(false)) { // DkimResult.vouches
                passed(signature, domains);
            }
        }
        return domains;
    }

    private static void passed(JsonNode result, Set<Domain> domains) {
        String domain = result.path("domain").asString("");
        if (!result.path("result").asString("").equals("pass") || domain.isEmpty()) {
            return;
        }
        try {
            domains.add(Domain.parse(domain));
        } catch (InvalidAddressException e) {
            return; // an address literal that passed SPF is none to remember
        }
    }
}
