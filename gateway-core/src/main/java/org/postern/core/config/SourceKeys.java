package org.postern.core.config;

import static org.postern.core.config.ValueTypes.BOOLEAN;
import static org.postern.core.config.ValueTypes.DURATION_TYPE;
import static org.postern.core.config.ValueTypes.PERCENTAGE;
import static org.postern.core.config.ValueTypes.TEXT;
import static org.postern.core.config.ValueTypes.number;
import static org.postern.core.config.ValueTypes.oneOf;

import java.time.Duration;
import java.util.List;

/** The settings of recipient sources over the network: a part of the table of {@link Keys}. */
final class SourceKeys {
    private static final KeyTable TABLE = new KeyTable();
    private static final String LDAP = "domains.*.recipients.ldap";
    private static final String SQL = "domains.*.recipients.sql";
    private static final String HTTP = "domains.*.recipients.http";
    private static final String CALLOUT = "domains.*.recipients.callout";
    private static final String SYNC_DOC = "time from one synchronisation to the next";
    private static final String TIMEOUT_DOC =
            "for connecting and for each answer; all of it may take twenty times as long";
    private static final String CA_DOC =
            "PEM file that the server's certificate must come from; without it, the JDK's";
    private static final String NAME_DOC =
            "what it is called in commands and metrics; needed where two sources ask the same with"
                    + " other rights";
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
            TABLE.one(
                    "recipients",
                    "max-removal",
                    PERCENTAGE,
                    "10%",
                    "share of the recipients, of all and of each domain, that one synchronisation"
                        + " may take away; five may always go, more waits for postern recipients"
                        + " sync --confirm, of a file for postern reload --confirm");

    static final Key<String> LDAP_URL =
            TABLE.list(LDAP, "url", TEXT, "ldap://host:port or ldaps://host:port, tried in order");
    static final Key<Boolean> LDAP_START_TLS =
            TABLE.one(
                    LDAP,
                    "start-tls",
                    BOOLEAN,
                    "false",
                    "TLS on an ldap:// connection, or none of it");
    static final Key<String> LDAP_CA = TABLE.one(LDAP, "ca-file", TEXT, "", CA_DOC);
    static final Key<String> LDAP_BASE =
            TABLE.required(LDAP, "base", TEXT, "the DN beneath which people are");
    static final Key<String> LDAP_FILTER =
            TABLE.one(LDAP, "filter", TEXT, "(|(mail=*)(proxyAddresses=*))", "who receives mail");
    static final Key<String> LDAP_ATTRIBUTES =
            TABLE.list(
                    LDAP,
                    "attributes",
                    TEXT,
                    "where addresses stand; without it, mail and proxyAddresses (those with"
                            + " smtp:)");
    static final Key<String> LDAP_DOWNSTREAM =
            TABLE.one(
                    LDAP,
                    "downstream-attribute",
                    TEXT,
                    "",
                    "where the name of an entry's own downstream stands; without it, all go where"
                            + " their domain goes");
    static final Key<String> LDAP_POLICY =
            TABLE.one(
                    LDAP,
                    "policy-attribute",
                    TEXT,
                    "",
                    "where the name of an entry's own set of rules stands (policy.sets)");
    static final Key<String> LDAP_BIND_DN =
            TABLE.one(LDAP, "bind-dn", TEXT, "", "who asks; without it, nobody named");
    static final Key<String> LDAP_PASSWORD =
            TABLE.one(LDAP, "password", SECRET, "", "with bind-dn");
    static final Key<Integer> LDAP_PAGE_SIZE =
            TABLE.one(
                    LDAP,
                    "page-size",
                    number(1, 100_000),
                    "500",
                    "entries in one answer (RFC 2696)");
    static final Key<String> LDAP_REFERRALS =
            TABLE.one(
                    LDAP,
                    "referrals",
                    oneOf(List.of("refuse", "ignore")),
                    "refuse",
                    "what a part of the tree on another server means: a list that is not whole, or"
                            + " nothing; they are never followed");
    static final Key<Duration> LDAP_SYNC = TABLE.one(LDAP, "sync", DURATION_TYPE, "15m", SYNC_DOC);
    static final Key<Duration> LDAP_TIMEOUT =
            TABLE.one(LDAP, "timeout", DURATION_TYPE, "10s", TIMEOUT_DOC);
    static final Key<String> LDAP_NAME = TABLE.one(LDAP, "name", TEXT, "", NAME_DOC);
    static final Key<String> LDAP_SUBADDRESSING =
            TABLE.one(LDAP, "subaddressing", TEXT, "", DETAIL_DOC);

    static final Key<String> SQL_URL =
            TABLE.required(SQL, "url", TEXT, "jdbc:postgresql://host:port/database");
    static final Key<String> SQL_USER = TABLE.one(SQL, "user", TEXT, "", "who asks");
    static final Key<String> SQL_PASSWORD = TABLE.one(SQL, "password", SECRET, "", "with user");
    static final Key<String> SQL_QUERY =
            TABLE.required(
                    SQL,
                    "query",
                    TEXT,
                    "first column: address or local part; second, if there is one: where its mail"
                            + " goes; columns named downstream and policy: see recipient files");
    static final Key<Duration> SQL_SYNC = TABLE.one(SQL, "sync", DURATION_TYPE, "15m", SYNC_DOC);
    static final Key<Duration> SQL_TIMEOUT =
            TABLE.one(SQL, "timeout", DURATION_TYPE, "10s", TIMEOUT_DOC);
    static final Key<String> SQL_NAME = TABLE.one(SQL, "name", TEXT, "", NAME_DOC);
    static final Key<String> SQL_SUBADDRESSING =
            TABLE.one(SQL, "subaddressing", TEXT, "", DETAIL_DOC);

    static final Key<String> HTTP_URL =
            TABLE.required(
                    HTTP,
                    "url",
                    TEXT,
                    "https://host/path of JSON: recipients and aliases as in a recipient file");
    static final Key<String> HTTP_CA = TABLE.one(HTTP, "ca-file", TEXT, "", CA_DOC);
    static final Key<String> HTTP_USER = TABLE.one(HTTP, "user", TEXT, "", "basic authentication");
    static final Key<String> HTTP_PASSWORD = TABLE.one(HTTP, "password", SECRET, "", "with user");
    static final Key<String> HTTP_TOKEN = TABLE.one(HTTP, "token", SECRET, "", "bearer token");
    static final Key<Duration> HTTP_SYNC = TABLE.one(HTTP, "sync", DURATION_TYPE, "15m", SYNC_DOC);
    static final Key<Duration> HTTP_TIMEOUT =
            TABLE.one(HTTP, "timeout", DURATION_TYPE, "10s", TIMEOUT_DOC);
    static final Key<String> HTTP_NAME = TABLE.one(HTTP, "name", TEXT, "", NAME_DOC);
    static final Key<String> HTTP_SUBADDRESSING =
            TABLE.one(HTTP, "subaddressing", TEXT, "", DETAIL_DOC);

    static final Key<String> CALLOUT_DOWNSTREAM =
            TABLE.one(
                    CALLOUT,
                    "downstream",
                    TEXT,
                    "",
                    "who is asked, lmtp or smtp; without it, the domain's own");
    static final Key<Duration> CALLOUT_TIMEOUT =
            TABLE.one(CALLOUT, "timeout", DURATION_TYPE, "10s", "for the whole question; then 451");
    static final Key<Duration> CALLOUT_POSITIVE =
            TABLE.one(
                    CALLOUT,
                    "positive",
                    DURATION_TYPE,
                    "1d",
                    "how long one who exists is remembered; seven times as long while the store is"
                            + " away");
    static final Key<Duration> CALLOUT_NEGATIVE =
            TABLE.one(CALLOUT, "negative", DURATION_TYPE, "30m", "how long one who does not exist");
    static final Key<Integer> CALLOUT_CONNECTIONS =
            TABLE.one(CALLOUT, "connections", number(1, 100), "4", "questions at once");

    /** Every key of these sections. */
    static final List<Key<?>> ALL = TABLE.all();

    private SourceKeys() {}
}
