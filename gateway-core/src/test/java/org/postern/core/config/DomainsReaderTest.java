package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainsReaderTest {
    private static final String ONE =
            """
            hostname: mx1.example.net
            data: data
            listeners: [{ address: 127.0.0.1, port: 2525 }]
            domains:
              example.net:
                recipients: %s
                downstream: %s
            """;

    @TempDir Path directory;

    private List<String> problems(String yaml) throws IOException {
        return SampleConfig.problemsOfWhole(directory, yaml);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{ accept-all: false }"})
    void aDomainWithoutAnySourceOfRecipientsIsAnError(String recipients) throws IOException {
        assertThat(problems(ONE.formatted(recipients, "lmtp://127.0.0.1:24")))
                .singleElement()
                .asString()
                .startsWith("6:17: recipients of example.net names no source; it must be ");
    }

    @Test
    void twoSourcesOfOneNameThatAreNotTheSameAreAnErrorUnlessTheyAreNamed() throws IOException {
        String yaml =
                """
                hostname: mx1.example.net
                data: data
                listeners: [{ address: 127.0.0.1, port: 2525 }]
                domains:
                  example.net:
                    recipients:
                      ldap: { url: "ldaps://dc", base: dc=x, page-size: 7 }
                    downstream: lmtp://127.0.0.1:24
                  example.org:
                    recipients:
                      ldap: { url: "ldaps://dc", base: dc=x%s }
                    downstream: lmtp://127.0.0.1:24
                """;
        assertThat(problems(yaml.formatted("")))
                .singleElement()
                .asString()
                .startsWith("11:7: ")
                .contains("example.net", "name");
        assertThat(problems(yaml.formatted(", name: tenant-b, oops: 1")))
                .singleElement()
                .asString()
                .contains("unknown key oops");
        assertThat(problems(yaml.formatted(", name: \"../b\"")))
                .anyMatch(p -> p.contains("name must be"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "ldap: { url: 'ldaps://127.0.0.1:99999', base: dc=x }"
                        + "|url needs a port from 1 to 65535, found 99999",
                "ldap: { url: 'ldaps://dc1/dc=x??sub', base: dc=x }" + "|base and filter have keys",
                "sql: { url: 'jdbc:postgresql://127.0.0.1:99999/m', query: q }" + "|found 99999",
                "sql: { url: 'jdbc:postgresql://127.0.0.1:5432', query: q }"
                        + "|url names no database",
                "sql: { url: 'jdbc:postgresql://127.0.0.1/m?sslmode=verify-fulll', query: q }"
                        + "|sslmode must be one of allow, disable",
                "ldap: { url: 'ldaps://dc1', base: dc=x, bind-dn: cn=y, password: { env: 'a b' } }"
                        + "|no environment variable can have this name",
            },
            quoteCharacter = '~')
    void whatCanNeverBeAskedIsAnErrorOfTheFile(String source, String expected) throws IOException {
        assertThat(
                        problems(
                                """
                                hostname: mx.example.test
                                data: data
                                listeners: [{ address: 127.0.0.1, port: 2525 }]
                                domains:
                                  example.net:
                                    recipients:
                                      %s
                                    downstream: lmtp://127.0.0.1:24
                                """
                                        .formatted(source)))
                .anyMatch(p -> p.contains(expected));
    }

    @ParameterizedTest
    @CsvSource({"http://dir.example.net/r.json, true", "http://127.0.0.1/r.json, false"})
    void aListThatAnybodyOnTheWayCouldWriteIsWarnedOf(String url, boolean warned)
            throws IOException {
        String recipients = "{ http: { url: \"" + url + "\" } }";
        assertThat(SampleConfig.whole(directory, ONE.formatted(recipients, "lmtp://127.0.0.1:24")))
                .isInstanceOfSatisfying(
                        LoadResult.Loaded.class,
                        loaded ->
                                assertThat(loaded.warnings())
                                        .filteredOn(w ->
                                                w.message()
                                                        .contains("whoever is on the way can name"))
                                        .hasSize(warned ? 1 : 0));
    }

    @ParameterizedTest
    @CsvSource({
        "lmtp://127.0.0.1, 'downstream needs a port, as in lmtp://host:24'",
        "lmtp:127.0.0.1:24, 'downstream needs two slashes after lmtp:, as in lmtp://host:24'",
        "lmtp://127.0.0.1:24/x, 'downstream has nothing but host and port after the slashes, as in"
                + " lmtp://host:24'",
        "smtp://h:0, 'downstream needs a port from 1 to 65535 after the colon, found 0'",
        "smtp://h:x, 'downstream needs a port from 1 to 65535 after the colon, found x'",
        "smtp://::1:25, 'downstream needs brackets around an IPv6 address, as in [2001:db8::1]:24'",
        "smtp://[x]:25, 'downstream has no IPv6 address between its brackets'",
        "smtp://a_b..c:25, 'downstream names no host: domain has an empty label'",
        "'maildir:/x', 'downstream needs an absolute path with three slashes'",
        "'lmtp+unix:x', 'downstream needs the absolute path of a socket'",
        "'http://h:1', 'downstream must begin with lmtp, smtp, smtps, lmtp+unix or maildir'",
    })
    void aBadDownstreamIsToldExactly(String uri, String message) throws IOException {
        assertThat(problems(ONE.formatted("{ file: r.txt }", uri)))
                .singleElement()
                .asString()
                .startsWith("7:")
                .contains(message);
    }
}
