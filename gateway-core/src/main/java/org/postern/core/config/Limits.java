package org.postern.core.config;

import java.time.Duration;

/**
 * Everything from outside is bounded; these are the bounds, section {@code limits}. A count, size
 * or duration of 0 is "no limit" ({@code greet-delay}: no pause).
 *
 * @param connections {@code connections}: connections open at once, all clients
 * @param connectionsPerClient {@code connections-per-client}: connections open at once from one
 *     address
 * @param connectionsPerNetwork {@code connections-per-network}: connections open at once from one
 *     /24 (IPv4) or /64 (IPv6)
 * @param connectionRatePerClient {@code connection-rate-per-client}: new connections from one
 *     address in a minute
 * @param commands {@code commands}: commands in one session
 * @param errors {@code errors}: commands answered 5yz in one session before 421 4.7.0
 * @param unknownRecipients {@code unknown-recipients}: unknown recipients in one session before 421
 *     4.7.0
 * @param recipients {@code recipients}: recipients of one message; further ones get 452 4.5.3
 * @param lineBytes {@code line-bytes}: octets of one command line with its CRLF, 500 5.5.6 beyond
 * @param headerBytes {@code header-bytes}: octets of a message's header section, 552 5.3.4 beyond
 * @param messageBytes {@code message-bytes}: octets of a message, announced by SIZE, 552 5.3.4
 *     beyond
 * @param commandTimeout {@code command-timeout}: longest wait for a complete command (RFC 5321,
 *     4.5.3.2)
 * @param writeTimeout {@code write-timeout}: longest wait for a client to take a reply
 * @param messageTimeout {@code message-timeout}: longest time for one message's content
 * @param sessionTimeout {@code session-timeout}: longest life of a session
 * @param greetDelay {@code greet-delay}: pause before the greeting that catches early talkers
 * @param bareNewline {@code bare-newline}: what happens to bare CR, bare LF and NUL in content
 * @param maxReceivedHops {@code max-received-hops}: Received fields before a message is taken to
 *     loop, 554 5.4.6
 * @param drain {@code drain}: how long a stop waits for messages in DATA
 */
public record Limits(
        int connections,
        int connectionsPerClient,
        int connectionsPerNetwork,
        int connectionRatePerClient,
        int commands,
        int errors,
        int unknownRecipients,
        int recipients,
        int lineBytes,
        int headerBytes,
        long messageBytes,
        Duration commandTimeout,
        Duration writeTimeout,
        Duration messageTimeout,
        Duration sessionTimeout,
        Duration greetDelay,
        BareNewline bareNewline,
        int maxReceivedHops,
        Duration drain) {

    /** What happens to bare CR, bare LF and NUL in message content. */
    public enum BareNewline {
        /** 550 5.6.11 at the end of the content. */
        REJECT,
        /** Bare CR and bare LF become CRLF, NUL is dropped. */
        NORMALIZE
    }

    /** The limits of a file that says nothing. */
    public static Limits defaults() {
        return new Builder().build();
    }

    /** A builder that begins with these values. */
    public Builder toBuilder() {
        Builder b = new Builder();
        b.connections = connections;
        b.connectionsPerClient = connectionsPerClient;
        b.connectionsPerNetwork = connectionsPerNetwork;
        b.connectionRatePerClient = connectionRatePerClient;
        b.commands = commands;
        b.errors = errors;
        b.unknownRecipients = unknownRecipients;
        b.recipients = recipients;
        b.lineBytes = lineBytes;
        b.headerBytes = headerBytes;
        b.messageBytes = messageBytes;
        b.commandTimeout = commandTimeout;
        b.writeTimeout = writeTimeout;
        b.messageTimeout = messageTimeout;
        b.sessionTimeout = sessionTimeout;
        b.greetDelay = greetDelay;
        b.bareNewline = bareNewline;
        b.maxReceivedHops = maxReceivedHops;
        b.drain = drain;
        return b;
    }

    /** Collects changes to the defaults. Not thread-safe. */
    public static final class Builder {
        private int connections = 20_000;
        private int connectionsPerClient = 50;
        private int connectionsPerNetwork = 200;
        private int connectionRatePerClient = 300;
        private int commands = 10_000;
        private int errors = 20;
        private int unknownRecipients = 20;
        private int recipients = 1_000;
        private int lineBytes = 12_288;
        private int headerBytes = 1_048_576;
        private long messageBytes = 52_428_800L;
        private Duration commandTimeout = Duration.ofMinutes(5);
        private Duration writeTimeout = Duration.ofMinutes(1);
        private Duration messageTimeout = Duration.ofMinutes(15);
        private Duration sessionTimeout = Duration.ofHours(1);
        private Duration greetDelay = Duration.ZERO;
        private BareNewline bareNewline = BareNewline.REJECT;
        private int maxReceivedHops = 50;
        private Duration drain = Duration.ofSeconds(30);

        /** Sets {@code connections}. */
        public Builder connections(int value) {
            this.connections = value;
            return this;
        }

        /** Sets {@code connections-per-client}. */
        public Builder connectionsPerClient(int value) {
            this.connectionsPerClient = value;
            return this;
        }

        /** Sets {@code connections-per-network}. */
        public Builder connectionsPerNetwork(int value) {
            this.connectionsPerNetwork = value;
            return this;
        }

        /** Sets {@code connection-rate-per-client}. */
        public Builder connectionRatePerClient(int value) {
            this.connectionRatePerClient = value;
            return this;
        }

        /** Sets {@code commands}. */
        public Builder commands(int value) {
            this.commands = value;
            return this;
        }

        /** Sets {@code errors}. */
        public Builder errors(int value) {
            this.errors = value;
            return this;
        }

        /** Sets {@code unknown-recipients}. */
        public Builder unknownRecipients(int value) {
            this.unknownRecipients = value;
            return this;
        }

        /** Sets {@code recipients}. */
        public Builder recipients(int value) {
            this.recipients = value;
            return this;
        }

        /** Sets {@code line-bytes}. */
        public Builder lineBytes(int value) {
            this.lineBytes = value;
            return this;
        }

        /** Sets {@code header-bytes}. */
        public Builder headerBytes(int value) {
            this.headerBytes = value;
            return this;
        }

        /** Sets {@code message-bytes}. */
        public Builder messageBytes(long value) {
            this.messageBytes = value;
            return this;
        }

        /** Sets {@code command-timeout}. */
        public Builder commandTimeout(Duration value) {
            this.commandTimeout = value;
            return this;
        }

        /** Sets {@code write-timeout}. */
        public Builder writeTimeout(Duration value) {
            this.writeTimeout = value;
            return this;
        }

        /** Sets {@code message-timeout}. */
        public Builder messageTimeout(Duration value) {
            this.messageTimeout = value;
            return this;
        }

        /** Sets {@code session-timeout}. */
        public Builder sessionTimeout(Duration value) {
            this.sessionTimeout = value;
            return this;
        }

        /** Sets {@code greet-delay}. */
        public Builder greetDelay(Duration value) {
            this.greetDelay = value;
            return this;
        }

        /** Sets {@code bare-newline}. */
        public Builder bareNewline(BareNewline value) {
            this.bareNewline = value;
            return this;
        }

        /** Sets {@code max-received-hops}. */
        public Builder maxReceivedHops(int value) {
            this.maxReceivedHops = value;
            return this;
        }

        /** Sets {@code drain}. */
        public Builder drain(Duration value) {
            this.drain = value;
            return this;
        }

        /** The limits. */
        public Limits build() {
            return new Limits(
                    connections,
                    connectionsPerClient,
                    connectionsPerNetwork,
                    connectionRatePerClient,
                    commands,
                    errors,
                    unknownRecipients,
                    recipients,
                    lineBytes,
                    headerBytes,
                    messageBytes,
                    commandTimeout,
                    writeTimeout,
                    messageTimeout,
                    sessionTimeout,
                    greetDelay,
                    bareNewline,
                    maxReceivedHops,
                    drain);
        }
    }
}
