package org.postern.auth.spf;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.nio.charset.StandardCharsets;

/**
 * Records as they were read, by the very octets that the DNS client handed out: as long as its
 * cache holds an answer, its record is read once. Large senders' records are read for every second
 * message otherwise. Bounded by estimated bytes; an entry goes with its octets. Thread-safe.
 */
final class SpfRecords {
    private static final long MAX_BYTES = 8L << 20;
    private static final int TERM_BYTES = 200;

    private final Cache<byte[], Reading> readings =
            Caffeine.newBuilder()
                    .weakKeys() // compared by identity, which is what is meant
                    .maximumWeight(MAX_BYTES)
                    .weigher(SpfRecords::weigh)
                    .executor(Runnable::run)
                    .build();

    /** What reading a record brought. */
    sealed interface Reading {
        /** A record, and its text for people. */
        record Good(String text, SpfRecord record) implements Reading {}

        /** Not a record after all. */
        record Broken(String text, String error) implements Reading {}
    }

    /** Reads a record that {@link SpfParser#isSpf} has accepted. The octets are not changed. */
    Reading read(byte[] octets) {
        return readings.get(octets, SpfRecords::parse);
    }

    private static Reading parse(byte[] octets) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        try {
            return new Reading.Good(Text.show(text), SpfParser.parse(text));
        } catch (SpfSyntaxException e) {
            return new Reading.Broken(Text.show(text), String.valueOf(e.getMessage()));
        }
    }

    private static int weigh(byte[] octets, Reading reading) {
        int terms = reading instanceof Reading.Good good ? good.record().directives().size() : 0;
        return 500 + 2 * octets.length + terms * TERM_BYTES;
    }
}
