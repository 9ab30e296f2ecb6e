package org.postern.app.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * A row of the table evidence with the DNS answers that it names.
 *
 * @param detail what each method found, {@code docs/journal.md}
 * @param dns the answers, in the order in which they were asked
 */
public record EvidenceRow(JsonNode detail, List<Answer> dns) {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    public EvidenceRow {
        dns = List.copyOf(dns);
    }

    /**
     * A DNS answer as it was recorded.
     *
     * @param type record type
     * @param name the name asked for
     * @param outcome {@code found}, {@code nodata}, {@code nxdomain} or a trouble
     * @param records the records as text
     */
    public record Answer(String type, String name, String outcome, List<String> records) {
        public Answer {
            records = List.copyOf(records);
        }
    }

    static Optional<EvidenceRow> read(Connection db, int id) throws SQLException {
        JsonNode detail;
        try (PreparedStatement s =
                db.prepareStatement("SELECT detail FROM evidence WHERE id = ?")) {
            s.setInt(1, id);
            try (ResultSet r = s.executeQuery()) {
                if (!r.next()) {
                    return Optional.empty();
                }
                detail = JSON.readTree(r.getString(1));
            }
        }
        List<Answer> answers = new ArrayList<>();
        try (PreparedStatement s =
                db.prepareStatement("SELECT type, name, outcome, records FROM dns WHERE id = ?")) {
            for (JsonNode number : detail.path("dns")) {
                s.setInt(1, number.asInt());
                try (ResultSet r = s.executeQuery()) {
                    if (r.next()) {
                        List<String> records = new ArrayList<>();
                        JSON.readTree(r.getString(4)).forEach(n -> records.add(n.asString()));
                        answers.add(
                                new Answer(
                                        r.getString(1), r.getString(2), r.getString(3), records));
                    }
                }
            }
        }
        return Optional.of(new EvidenceRow(detail, answers));
    }
}
