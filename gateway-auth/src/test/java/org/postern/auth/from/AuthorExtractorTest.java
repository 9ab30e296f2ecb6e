package org.postern.auth.from;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.auth.from.Authors.Dubious;
import org.postern.auth.from.Authors.Flaw;
import org.postern.auth.from.Authors.OneDomain;
import org.postern.auth.from.Authors.SeveralDomains;
import org.postern.auth.header.HeaderReader;
import org.postern.core.mail.Domain;

class AuthorExtractorTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a@example.com",
                "<a@example.com>",
                "Alice <a@example.com>",
                "Alice Q. Public <a@example.com>",
                "\"Public, Alice\" <a@example.com>",
                "a@example.com (Alice)",
                "a@EXAMPLE.com",
                "Alice\r\n <a@example.com>",
                "=?utf-8?q?Alice_B=C3=B6ll?= <a@example.com>",
                "a@example.com, b@example.com",
                "a@example.com,",
                "\"a b\"@example.com",
                "(one (two (three)))a@example.com",
                "o'brien+x=y@example.com",
                "a.@example.com",
                "\"list@example.com via List\" <a@example.com>",
                "\"other@elsewhere.example via List\" <a@example.com>",
                // not RFC 5322, but nobody can read another domain into it
                "Alice a@example.com",
                "a@example.com <a@example.com>",
                "Alice (unclosed <a@example.com>",
                "Alice <a@example.com",
                "Alice, Bob <a@example.com>",
                "<<a@example.com>>",
                "a@ example.com",
                "<@example.com:a@example.com>",
            })
    void a_field_that_can_only_mean_one_domain_gives_it(String value) {
        assertThat(domainOf(value)).isEqualTo("example.com");
    }

    @ParameterizedTest
    @CsvSource({
        "a@straße.example,xn--strae-oqa.example",
        "a@xn--strae-oqa.example,xn--strae-oqa.example",
        "用户@例子.example,xn--fsqu00a.example",
        "a@localhost,localhost",
    })
    void domains_are_compared_as_a_labels(String value, String domain) {
        String octets =
                new String(value.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        assertThat(domainOf(octets)).isEqualTo(domain);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | EMPTY",
                "<> | EMPTY",
                "Alice <> | EMPTY",
                "MAILER-DAEMON | NO_DOMAIN",
                "<root> | NO_DOMAIN",
                "a@[192.0.2.1] | ADDRESS_LITERAL",
                "a@-bad-.example | BAD_DOMAIN",
                "a@legit..example | BAD_DOMAIN",
                "undisclosed:; | EMPTY_GROUP",
                "Team: a@example.com, b@example.com; | GROUP",
                "<@attack.com,@any.com:admin@legitimate.com> | ROUTE",
                "=?utf-8?B?PGFkbWluQGxlZ2l0aW1hdGUuY29tPg==?=,<x@attack.com> | ENCODED_ADDRESS",
                "=?utf-8?B?YWRtaW5AbGVnaXRpbWF0ZS5jb20=?= | ENCODED_ADDRESS",
                "\"admin@legitimate.com\"@attack.com | AT_IN_LOCAL_PART",
                "\"<admin@legitimate.com>\" <x@attack.com> | ADDRESS_IN_NAME",
                "=?utf-8?q?=3Cadmin=40legitimate.com=3E?= <x@attack.com> | ADDRESS_IN_NAME",
                "=?utf-8?q?=61dmin?= =?utf-8?q?=40legitimate.com?= <x@attack.com> |"
                        + " ADDRESS_IN_NAME",
                "=?utf-8?b?YWRtaW5A?= \t=?utf-8?b?bGVnaXRpbWF0ZS5jb20=?= <x@attack.com> |"
                        + " ADDRESS_IN_NAME",
                "<admin@legitimate.com>\\,<x@attack.com> | SYNTAX",
                "<any@attack.com>admin@legitimate.com | SYNTAX",
                "admin@legitimate.com <x@attack.com> | SYNTAX",
                "admin@legitimate.com@attack.com | SYNTAX",
                "admin@legitimate.com (x).attack.com | SYNTAX",
                "admin@legitimate.com x@attack.com | SYNTAX",
                "<admin@legitimate.com> <x@attack.com> | SYNTAX",
            })
    void a_field_that_can_be_read_in_several_ways_is_dubious_by_name(String value, Flaw flaw) {
        assertThat(flawOf(value)).isEqualTo(flaw);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "admin@legitimate.com\0.attack.com",
                "admin@legitimate.com\r.attack.com",
                "\"a\u0001\" <a@example.com>",
                "(\0) a@example.com",
            })
    void a_control_character_makes_it_dubious(String value) {
        assertThat(flawOf(value)).isEqualTo(Flaw.CONTROL_CHARACTER);
    }

    @Test
    void authors_in_several_domains_are_all_named() {
        assertThat(AuthorExtractor.parse("first@attack.com, Boss <admin@legitimate.com>"))
                .isInstanceOfSatisfying(
                        SeveralDomains.class,
                        s ->
                                assertThat(s.domains())
                                        .containsExactly(
                                                Domain.of("attack.com"),
                                                Domain.of("legitimate.com")));
    }

    @Test
    void a_name_that_shows_another_address_is_remarked_on() {
        Authors authors =
                AuthorExtractor.parse("\"'admin@legitimate.com' via List\" <x@lists.com>");
        assertThat(authors).isInstanceOf(OneDomain.class);
        assertThat(authors.remarks())
                .containsExactly("the display name shows an address of legitimate.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"admin@legitimate.com\" <x@attack.com>",
                "\" 'admin@legitimate.com' \" <x@attack.com>",
                "=?utf-8?b?YWRtaW5AbGVnaXRpbWF0ZS5jb20=?= <x@attack.com>",
                "\"(admin@legitimate.com)\" <x@attack.com>",
                "\"Admin <admin@legitimate.com>\" <x@attack.com>",
            })
    void a_name_that_is_another_address_is_refused_by_name(String from) {
        assertThat(AuthorExtractor.parse(from))
                .isInstanceOfSatisfying(
                        Dubious.class, d -> assertThat(d.flaw()).isEqualTo(Flaw.ADDRESS_IN_NAME));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"x@example.com\" <x@example.com>",
                "\"info@example.com\" <info@mail.example.com>",
                "\"alice@example.org via Drive\" <noreply@docs.example.com>",
                "\"@handle\" <x@example.com>",
            })
    void a_name_of_the_same_house_or_with_words_of_its_own_is_let_pass(String from) {
        assertThat(AuthorExtractor.parse(from)).isInstanceOf(OneDomain.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "To: x@example.net | NO_FROM",
                "From: a@example.com~From: a@example.com | MULTIPLE_FROM_FIELDS",
                "From: a@example.com~From : b@example.com | MULTIPLE_FROM_FIELDS",
                "From: a@example.com~FROM:b@example.com | MULTIPLE_FROM_FIELDS",
                "From~ : a@example.com~From: b@example.com | BROKEN_FIELD_NAME",
                "From~ : a@example.com | BROKEN_FIELD_NAME",
                "' From: a@example.com~From: b@example.com' | BROKEN_FIELD_NAME",
                "F rom: a@example.com~From: b@example.com | BROKEN_FIELD_NAME",
                "From\0: a@example.com~From: b@example.com | BROKEN_FIELD_NAME",
                "From\u00a0: a@example.com~From: b@example.com | BROKEN_FIELD_NAME",
            })
    void fields_that_make_it_unclear_which_is_from_are_named(String header, Flaw flaw) {
        assertThat(extract(header.replace("~", "\r\n") + "\r\n\r\n"))
                .isInstanceOfSatisfying(Dubious.class, d -> assertThat(d.flaw()).isEqualTo(flaw));
    }

    @Test
    void other_broken_lines_do_no_harm() {
        assertThat(extract("From me Sat Nov 21 10:00:00 2026\r\nFrom: a@example.com\r\n\r\n"))
                .isInstanceOf(OneDomain.class);
        assertThat(extract("no colon here\r\nX From: y\r\nFrom: a@example.com\r\n\r\n"))
                .isInstanceOf(OneDomain.class);
    }

    @Test
    void ten_thousand_addresses_are_too_many_and_cost_little() {
        String many = "a@example.com, ".repeat(10_000);
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(2),
                () -> assertThat(flawOf(many)).isEqualTo(Flaw.TOO_MANY_ADDRESSES));
    }

    @Test
    void hostile_values_cost_little() {
        for (String unit :
                List.of(
                        "(",
                        "\"",
                        "<",
                        "=?a?b?",
                        "=?x?q?@?= ",
                        "[",
                        "\\",
                        "@",
                        "a@b,",
                        ":;",
                        "é")) {
            String value = unit.repeat(300_000 / unit.length());
            Assertions.assertTimeoutPreemptively(
                    Duration.ofSeconds(2), () -> AuthorExtractor.parse(value));
        }
    }

    @Test
    void more_domains_than_we_check_are_refused() {
        assertThat(
                        flawOf(
                                "a@a.example,a@b.example,a@c.example,a@d.example,a@e.example,a@f.example"))
                .isEqualTo(Flaw.TOO_MANY_DOMAINS);
    }

    private static String domainOf(String value) {
        Authors authors = AuthorExtractor.parse(value);
        assertThat(authors).as(value).isInstanceOf(OneDomain.class);
        return ((OneDomain) authors).domain().ascii();
    }

    private static Flaw flawOf(String value) {
        Authors authors = AuthorExtractor.parse(value);
        assertThat(authors).as(value).isInstanceOf(Dubious.class);
        return ((Dubious) authors).flaw();
    }

    private static Authors extract(String header) {
        byte[] octets = header.getBytes(StandardCharsets.ISO_8859_1);
        HeaderReader reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        return AuthorExtractor.extract(reader.finish());
    }
}
