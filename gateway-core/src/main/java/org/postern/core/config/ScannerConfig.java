package org.postern.core.config;

import java.nio.file.Path;
import java.time.Duration;
import org.postern.core.scan.ScanResult;

/**
 * One part of the section about scanners.
 *
 * @param scanner which one
 * @param address {@code address}
 * @param timeout {@code timeout}: for a whole scan, waiting for its turn among it
 * @param onFailure {@code on-failure}
 * @param sizeLimit {@code size-limit}: octets from which a message is not scanned
 * @param connections {@code connections}: scans at once
 * @param mode {@code mode}: whether its rules refuse or are only counted
 */
public record ScannerConfig(
        ScanResult.Scanner scanner,
        Address address,
        Duration timeout,
        OnFailure onFailure,
        long sizeLimit,
        int connections,
        RuleConfig.Mode mode) {

    /** What becomes of a message that could not be scanned. */
    public enum OnFailure {
        /** It is taken, unscanned. */
        ACCEPT,
        /** 451: the sender tries again later. */
        DEFER
    }

    /** Where a scanner listens. */
    public sealed interface Address {
        /**
         * TCP.
         *
         * @param host name or address
         * @param port port
         */
        record Tcp(String host, int port) implements Address {}

        /**
         * A socket in the file system.
         *
         * @param path absolute
         */
        record Unix(Path path) implements Address {}
    }
}
