package org.postern.app.scan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.postern.core.scan.FieldChanges;
import tools.jackson.databind.JsonNode;

/**
 * The {@code milter} object of Rspamd's reply: what its modules want done to the header. A value is
 * a text, a mapping with {@code value} and {@code order}, or a list of those. All fields stand
 * above what was received; {@code order} says in which order among themselves. What is misshapen or
 * too much is passed over: it is never a reason to refuse mail.
 */
final class MilterBlock {
    /** Fields that are added at most. */
    static final int MAX_ADDED = 64;

    /** Orders to leave fields out that are heeded at most. */
    static final int MAX_REMOVED = 64;

    /** Characters of all values together. */
    static final int MAX_TEXT = 32_768;

    private record Ordered(FieldChanges.Added field, int order) {}

    private MilterBlock() {}

    /** What the object asks for. */
    static FieldChanges of(JsonNode milter) {
        return new FieldChanges(
                added(milter.path("add_headers")), removed(milter.path("remove_headers")));
    }

    private static List<FieldChanges.Added> added(JsonNode fields) {
        List<Ordered> all = new ArrayList<>();
        int text = 0;
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            for (JsonNode one : each(field.getValue())) {
                JsonNode value = one.isObject() ? one.path("value") : one;
                String folded = value.isValueNode() ? FieldText.folded(value.asString("")) : "";
                if (folded.isEmpty() || !FieldText.isName(field.getKey())) {
                    continue;
                }
                text += folded.length();
                if (all.size() == MAX_ADDED || text > MAX_TEXT) {
                    return sorted(all);
                }
                int order = one.path("order").asInt(-1);
                all.add(
                        new Ordered(
                                new FieldChanges.Added(field.getKey(), folded),
                                order < 0 ? Integer.MAX_VALUE : order));
            }
        }
        return sorted(all);
    }

    private static List<FieldChanges.Added> sorted(List<Ordered> all) {
        return all.stream()
                .sorted(Comparator.comparingInt(Ordered::order))
                .map(Ordered::field)
                .toList();
    }

    private static List<FieldChanges.Removed> removed(JsonNode fields) {
        List<FieldChanges.Removed> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> field : fields.properties()) {
            for (JsonNode which : each(field.getValue())) {
                if (all.size() < MAX_REMOVED
                        && which.isIntegralNumber()
                        && which.canConvertToInt()
                        && FieldText.isName(field.getKey())) {
                    all.add(new FieldChanges.Removed(field.getKey(), which.asInt()));
                }
            }
        }
        return all;
    }

    private static Iterable<JsonNode> each(JsonNode value) {
        return value.isArray() ? value : List.of(value);
    }
}
