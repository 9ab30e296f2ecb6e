package org.postern.app.journal;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.postern.core.dnsbl.DnsblHit;
import org.postern.core.dnsbl.DnsblVerdict;
import org.postern.core.journal.Screening;
import org.postern.core.scan.ScanResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/**
 * The column {@code screening.detail}: one JSON object, of one message or refusal alone. A table of
 * its own, since scores differ from message to message and most gateways ask nobody.
 */
final class ScreeningJson {
    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private ScreeningJson() {}

    /** The object. */
    static String of(Screening screening) {
        StringBuilder out = new StringBuilder(240).append('{');
        DnsblVerdict dnsbl = screening.dnsbl();
        if (dnsbl != null) {
            out.append("\"dnsbl\":{\"hits\":[");
            for (int i = 0; i < dnsbl.hits().size(); i++) {
                out.append(i == 0 ? "" : ",");
                hit(out, dnsbl.hits().get(i));
            }
            out.append("],\"unanswered\":");
            out.append(EvidenceJson.array(dnsbl.unanswered())).append('}');
        }
        if (!screening.greylisting().isEmpty()) {
            next(out).append("\"greylisting\":");
            out.append(EvidenceJson.array(screening.greylisting()));
        }
        if (!screening.scans().isEmpty()) {
            next(out).append("\"scans\":[");
            for (int i = 0; i < screening.scans().size(); i++) {
                out.append(i == 0 ? "" : ",");
                scan(out, screening.scans().get(i));
            }
            out.append(']');
        }
        String country = screening.country();
        if (country != null) {
            text(next(out), "country", country);
        }
        return out.append('}').toString();
    }

    private static StringBuilder next(StringBuilder out) {
        return out.length() > 1 ? out.append(',') : out;
    }

    private static void hit(StringBuilder out, DnsblHit hit) {
        text(out.append('{'), "list", hit.list());
        text(out.append(','), "zone", hit.zone());
        text(out.append(','), "subject", hit.subject().word());
        text(out.append(','), "value", hit.value());
        text(out.append(','), "code", hit.code());
        out.append(",\"weight\":").append(hit.weight()).append('}');
    }

    private static void scan(StringBuilder out, ScanResult scan) {
        text(out.append('{'), "scanner", scan.scanner().word());
        text(out.append(','), "outcome", scan.outcome().word());
        if (scan.score() != 0 || scan.required() != 0) {
            out.append(String.format(Locale.ROOT, ",\"score\":%.2f", scan.score()));
            out.append(String.format(Locale.ROOT, ",\"required\":%.2f", scan.required()));
        }
        List<String> names = scan.names();
        out.append(",\"names\":").append(EvidenceJson.array(names));
        text(out.append(','), "detail", scan.detail());
        out.append('}');
    }

    private static void text(StringBuilder out, String name, String value) {
        out.append('"').append(name).append("\":");
        EvidenceJson.string(out, value);
    }

    /** Whether a file has the table; one that is older has not. */
    static boolean isIn(Connection db) throws SQLException {
        try (PreparedStatement table =
                        db.prepareStatement(
                                "SELECT 1 FROM sqlite_master WHERE name = 'screening'");
                ResultSet there = table.executeQuery()) {
            return there.next();
        }
    }

    /** The object of its text; empty where nothing was asked. */
    static Optional<JsonNode> parse(String detail) {
        return detail.isEmpty() ? Optional.empty() : Optional.of(JSON.readTree(detail));
    }
}
