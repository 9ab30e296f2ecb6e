package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.SIZE_TYPE;
import static org.postern.core.config.ValueTypes.number;
import static org.postern.core.config.ValueTypes.word;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/** The settings of the journal and of what watches: a part of the table of {@link Keys}. */
final class EvidenceKeys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<Boolean> JOURNAL_ENABLED =
            TABLE.one(
                    "journal",
                    "enabled",
                    BOOLEAN,
                    "true",
                    "whether what happens is kept for trace, impact, replay and the history that"
                            + " queue show and send-test tell");
    static final Key<Duration> JOURNAL_RETENTION =
            TABLE.one(
                    "journal",
                    "retention",
                    DURATION_TYPE,
                    "30d",
                    "days that ended longer ago than this are removed");
    static final Key<Long> JOURNAL_MAX_SIZE =
            TABLE.one(
                    "journal",
                    "max-size",
                    SIZE_TYPE,
                    "4GB",
                    "room on disk; beyond it the oldest days are removed");
    static final Key<Integer> JOURNAL_QUEUE =
            TABLE.one(
                    "journal",
                    "queue",
                    number(100, 1_000_000),
                    "20000",
                    "events that may wait to be written; further ones are lost and counted, mail"
                            + " never waits");
    static final Key<Boolean> JOURNAL_SUBJECTS =
            TABLE.one("journal", "subjects", BOOLEAN, "false", "true keeps the Subject field too");
    static final Key<JournalConfig.Privacy> JOURNAL_PRIVACY =
            TABLE.one(
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
    static final List<Key<?>> ALL = TABLE.all();

    private EvidenceKeys() {}
}
