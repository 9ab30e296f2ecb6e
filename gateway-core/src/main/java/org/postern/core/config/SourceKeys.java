package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.PERCENTAGE;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.number;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.postern.core.config.Key.Shape;

/** The settings of recipient sources over the network: a part of the table of {@link Keys}. */
final class SourceKeys {
    private static final List<Key<?>> TABLE = new ArrayList<>();
    private static final String LDAP = "domains.*.recipients.ldap";
    private static final String SQL = "domains.*.recipients.sql";
    private static final String HTTP = "domains.*.recipients.http";
    private static final String CALLOUT = "domains.*.recipients.callout";
    private static final String SYNC_DOC = "time from one synchronisation to the next";
    private static final String TIMEOUT_DOC =
            "for connecting and for each answer; all of it may take twenty times as long";
    private static final String CA_DOC =
            "PEM file that the server's certificate must come from; without it, the JDK's";
    private static final String DETAIL_DOC =
            "character between user and detail, such as \"+\"; none by default";

    /** How a secret is written; {@link SecretReader} reads it. */
    private static final ValueType<String> SECRET =
            new ValueType<>(
                    "`{ file: path }` or `{ env: NAME }`",
                    ValueType.Kind.TEXT,
                    "{\"anyOf\": [{\"type\": \"string\"}, {\"type\": \"object\","
                            + " \"additionalProperties\": false, \"properties\": {\"file\":"
                            + " {\"type\": \"string\"}, \"env\": {\"type\": \"string\"}}}]}",
                    text -> text);

    static final Key<Double> MAX_REMOVAL =
            one(
                    "recipients",
                    "max-removal",
                    PERCENTAGE,
                    "10%",
                    "share of the recipients that one synchronisation may take away; five may"
                            + " always go, more waits for postern recipients sync --confirm");

    static final Key<String> LDAP_URL =
            list(LDAP, "url", TEXT, "ldap://host:port or ldaps://host:port, tried in order");
    static final Key<Boolean> LDAP_START_TLS =
            one(LDAP, "start-tls", BOOLEAN, "false", "TLS on an ldap:// connection, or none of it");
    static final Key<String> LDAP_CA = one(LDAP, "ca-file", TEXT, "", CA_DOC);
    static final Key<String> LDAP_BASE =
            required(LDAP, "base", TEXT, "the DN beneath which people are");
    static final Key<String> LDAP_FILTER =
            one(LDAP, "filter", TEXT, "(|(mail=*)(proxyAddresses=*))", "who receives mail");
    static final Key<String> LDAP_ATTRIBUTES =
            list(
                    LDAP,
                    "attributes",
                    TEXT,
                    "where addresses stand; without it, mail and proxyAddresses (those with"
                            + " smtp:)");
    static final Key<String> LDAP_DOWNSTREAM =
            one(
                    LDAP,
                    "downstream-attribute",
                    TEXT,
                    "",
                    "where the name of an entry's own downstream stands; without it, all go where"
                            + " their domain goes");
    static final Key<String> LDAP_POLICY =
            one(
                    LDAP,
                    "policy-attribute",
                    TEXT,
                    "",
                    "where the name of an entry's own set of rules stands (policy.sets)");
    static final Key<String> LDAP_BIND_DN =
            one(LDAP, "bind-dn", TEXT, "", "who asks; without it, nobody named");
    static final Key<String> LDAP_PASSWORD = one(LDAP, "password", SECRET, "", "with bind-dn");
    static final Key<Integer> LDAP_PAGE_SIZE =
            one(LDAP, "page-size", number(1, 100_000), "500", "entries in one answer (RFC 2696)");
    static final Key<Duration> LDAP_SYNC = one(LDAP, "sync", DURATION_TYPE, "15m", SYNC_DOC);
    static final Key<Duration> LDAP_TIMEOUT =
            one(LDAP, "timeout", DURATION_TYPE, "10s", TIMEOUT_DOC);
    static final Key<String> LDAP_SUBADDRESSING = one(LDAP, "subaddressing", TEXT, "", DETAIL_DOC);

    static final Key<String> SQL_URL =
            required(SQL, "url", TEXT, "jdbc:postgresql://host:port/database");
    static final Key<String> SQL_USER = one(SQL, "user", TEXT, "", "who asks");
    static final Key<String> SQL_PASSWORD = one(SQL, "password", SECRET, "", "with user");
    static final Key<String> SQL_QUERY =
            required(
                    SQL,
                    "query",
                    TEXT,
                    "first column: address or local part; second, if there is one: where its mail"
                            + " goes; columns named downstream and policy: see recipient files");
    static final Key<Duration> SQL_SYNC = one(SQL, "sync", DURATION_TYPE, "15m", SYNC_DOC);
    static final Key<Duration> SQL_TIMEOUT = one(SQL, "timeout", DURATION_TYPE, "10s", TIMEOUT_DOC);
    static final Key<String> SQL_SUBADDRESSING = one(SQL, "subaddressing", TEXT, "", DETAIL_DOC);

    static final Key<String> HTTP_URL =
            required(
                    HTTP, "url", TEXT, "https://host/path of JSON in the form of a recipient file");
    static final Key<String> HTTP_CA = one(HTTP, "ca-file", TEXT, "", CA_DOC);
    static final Key<String> HTTP_USER = one(HTTP, "user", TEXT, "", "basic authentication");
    static final Key<String> HTTP_PASSWORD = one(HTTP, "password", SECRET, "", "with user");
    static final Key<String> HTTP_TOKEN = one(HTTP, "token", SECRET, "", "bearer token");
    static final Key<Duration> HTTP_SYNC = one(HTTP, "sync", DURATION_TYPE, "15m", SYNC_DOC);
    static final Key<Duration> HTTP_TIMEOUT =
            one(HTTP, "timeout", DURATION_TYPE, "10s", TIMEOUT_DOC);
    static final Key<String> HTTP_SUBADDRESSING = one(HTTP, "subaddressing", TEXT, "", DETAIL_DOC);

    static final Key<String> CALLOUT_DOWNSTREAM =
            one(
                    CALLOUT,
                    "downstream",
                    TEXT,
                    "",
                    "who is asked, lmtp or smtp; without it, the domain's own");
    static final Key<Duration> CALLOUT_TIMEOUT =
            one(CALLOUT, "timeout", DURATION_TYPE, "10s", "for the whole question; then 451");
    static final Key<Duration> CALLOUT_POSITIVE =
            one(
                    CALLOUT,
                    "positive",
                    DURATION_TYPE,
                    "1d",
                    "how long one who exists is remembered; seven times as long while the store is"
                            + " away");
    static final Key<Duration> CALLOUT_NEGATIVE =
            one(CALLOUT, "negative", DURATION_TYPE, "30m", "how long one who does not exist");
    static final Key<Integer> CALLOUT_CONNECTIONS =
            one(CALLOUT, "connections", number(1, 100), "4", "questions at once");

    /** Every key of these sections. */
    static final List<Key<?>> ALL = Collections.unmodifiableList(TABLE);

    private SourceKeys() {}

    private static <T> Key<T> required(String section, String name, ValueType<T> type, String doc) {
        return listed(new Key<>(section, name, type, Shape.REQUIRED, "", doc));
    }

    private static <T> Key<T> one(
            String section, String name, ValueType<T> type, String fallback, String doc) {
        return listed(new Key<>(section, name, type, Shape.ONE, fallback, doc));
    }

    private static <T> Key<T> list(String section, String name, ValueType<T> type, String doc) {
        return listed(new Key<>(section, name, type, Shape.LIST, "", doc));
    }

    private static <T> Key<T> listed(Key<T> key) {
        TABLE.add(key);
        return key;
    }
}
