package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.DOMAIN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.PERCENTAGE;
import static org.postern.core.config.ValueTypes.SELECTOR;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.word;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.postern.core.mail.Domain;

/** The settings of section {@code authentication}: a part of the table of {@link Keys}. */
final class AuthenticationKeys {
    private static final KeyTable TABLE = new KeyTable();

    static final Key<Boolean> ENABLED =
            TABLE.one(
                    "authentication",
                    "enabled",
                    BOOLEAN,
                    "true",
                    "false switches all checks off, and every message's Authentication-Results says"
                            + " so");
    static final Key<Domain> AUTHSERV_ID =
            TABLE.one(
                    "authentication",
                    "authserv-id",
                    DOMAIN,
                    "",
                    "our id in Authentication-Results, by default the hostname");
    static final Key<Duration> DEADLINE =
            TABLE.one(
                    "authentication",
                    "deadline",
                    DURATION_TYPE,
                    "10s",
                    "time for all look-ups of one message; beyond it is temperror");
    static final Key<Domain> DMARC_EXCEPTIONS =
            TABLE.list(
                    "authentication",
                    "dmarc-exceptions",
                    DOMAIN,
                    "author domains whose p=reject is not enforced");
    static final Key<AuthenticationConfig.DmarcReject> DMARC_REJECT =
            TABLE.one(
                    "authentication",
                    "dmarc-reject",
                    word(
                            Map.of(
                                    "reject", AuthenticationConfig.DmarcReject.REJECT,
                                    "quarantine", AuthenticationConfig.DmarcReject.QUARANTINE)),
                    "reject",
                    "what a message that fails p=reject meets: 550, or only the mark of quarantine,"
                            + " as RFC 9989, 7.4 advises for the sake of mailing lists");
    static final Key<Domain> TRUSTED_SEALERS =
            TABLE.list(
                    "authentication",
                    "trusted-sealers",
                    DOMAIN,
                    "ARC sealers that may override a DMARC failure");
    static final Key<Boolean> RECEIVED_SPF =
            TABLE.one(
                    "authentication",
                    "received-spf",
                    BOOLEAN,
                    "false",
                    "true adds a Received-SPF field (RFC 7208, 9.1) to each message");
    static final Key<Double> SECOND_OPINION =
            TABLE.one(
                    "authentication",
                    "second-opinion",
                    PERCENTAGE,
                    "0%",
                    "share of messages that jSPF and jDKIM are asked about afterwards, to count"
                            + " where they differ");
    static final Key<Domain> ARC_SEAL_DOMAIN =
            TABLE.required(
                    "authentication.arc-seal",
                    "domain",
                    DOMAIN,
                    "d= of the ARC set that is added to each message");
    static final Key<String> ARC_SEAL_SELECTOR =
            TABLE.required(
                    "authentication.arc-seal",
                    "selector",
                    SELECTOR,
                    "s= of it: the key is published at selector._domainkey.domain");
    static final Key<String> ARC_SEAL_KEY =
            TABLE.required(
                    "authentication.arc-seal",
                    "key",
                    TEXT,
                    "PEM file, RSA or Ed25519, unencrypted");

    /** Every key of these sections. */
    static final List<Key<?>> ALL = TABLE.all();

    private AuthenticationKeys() {}
}
