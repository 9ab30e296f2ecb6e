package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.SIZE_TYPE;
import static org.postern.core.config.ValueTypes.number;
import static org.postern.core.config.ValueTypes.word;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.postern.core.config.Key.Shape;

/** The settings of the journal and of what watches: a part of the table of {@link Keys}. */
final class EvidenceKeys {
    private static final List<Key<?>> TABLE = new ArrayList<>();

    static final Key<Boolean> JOURNAL_ENABLED =
            one(
                    "journal",
                    "enabled",
                    BOOLEAN,
                    "true",
                    "whether what happens is kept for trace, impact and replay");
    static final Key<Duration> JOURNAL_RETENTION =
            one(
                    "journal",
                    "retention",
                    DURATION_TYPE,
                    "30d",
                    "days that ended longer ago than this are removed");
    static final Key<Long> JOURNAL_MAX_SIZE =
            one(
                    "journal",
                    "max-size",
                    SIZE_TYPE,
                    "4GB",
                    "room on disk; beyond it the oldest days are removed");
    static final Key<Integer> JOURNAL_QUEUE =
            one(
                    "journal",
                    "queue",
                    number(100, 1_000_000),
                    "20000",
                    "events that may wait to be written; further ones are lost and counted, mail"
                            + " never waits");
    static final Key<Boolean> JOURNAL_SUBJECTS =
            one("journal", "subjects", BOOLEAN, "false", "true keeps the Subject field too");
    static final Key<JournalConfig.Privacy> JOURNAL_PRIVACY =
            one(
                    "journal",
                    "privacy",
                    word(
                            Map.of(
                                    "plain", JournalConfig.Privacy.PLAIN,
                                    "hashed", JournalConfig.Privacy.HASHED)),
                    "plain",
                    "hashed keeps senders and recipients as keyed hashes, which only the exact"
                            + " address finds; their domains stay readable");

    /** Every key of these sections. */
    static final List<Key<?>> ALL = Collections.unmodifiableList(TABLE);

    private EvidenceKeys() {}

    static <T> Key<T> one(
            String section, String name, ValueType<T> type, String fallback, String doc) {
        return listed(new Key<>(section, name, type, Shape.ONE, fallback, doc));
    }

    static <T> Key<T> list(String section, String name, ValueType<T> type, String doc) {
        return listed(new Key<>(section, name, type, Shape.LIST, "", doc));
    }

    private static <T> Key<T> listed(Key<T> key) {
        TABLE.add(key);
        return key;
    }
}
