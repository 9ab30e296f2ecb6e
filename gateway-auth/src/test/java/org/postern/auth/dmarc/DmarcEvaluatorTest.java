package org.postern.auth.dmarc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.auth.dns.TestDns;
import org.postern.auth.from.Authors;
import org.postern.core.authres.Advice.Action;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.DmarcResult.Policy;
import org.postern.core.authres.SpfResult;
import org.postern.core.config.AuthenticationConfig.DmarcReject;
import org.postern.core.mail.Domain;

class DmarcEvaluatorTest {
    private final TestDns dns = TestDns.of();
    private SpfResult spf = spf(AuthResult.NONE, "");
    private final List<DkimResult> dkim = new ArrayList<>();
    private List<Domain> exceptions = List.of();

    // RFC 9989, B.4.1

    @Test
    void a_simple_walk_finds_the_organization_of_each_identifier() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        dns.txt("_dmarc.signing.example.com", "v=DMARC1; p=none");
        spfPasses("example.com");
        dkimPasses("signing.example.com");
        DmarcResult result = evaluate("example.com");
        assertThat(result.result()).isEqualTo(AuthResult.PASS);
        assertThat(result.alignedBy()).containsExactly("spf", "dkim");
        assertThat(result.reason()).isEqualTo("dmarc.pass.dkim");
        assertThat(result.organizationalDomain()).isEqualTo("example.com");
        assertThat(result.policyDomain()).isEqualTo("example.com");
        assertThat(result.policy()).isEqualTo(Policy.REJECT);
        assertThat(result.disposition()).isEqualTo(Policy.NONE);
    }

    // RFC 9989, B.4.2 and 4.10

    @Test
    void a_deep_name_costs_eight_questions() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject; sp=quarantine");
        DmarcResult result = evaluate("a.b.c.d.e.f.g.h.i.j.k.example.com");
        assertThat(result.organizationalDomain()).isEqualTo("example.com");
        assertThat(result.policyDomain()).isEqualTo("example.com");
        assertThat(result.disposition()).isEqualTo(Policy.QUARANTINE);
        assertThat(dns.asked())
                .containsExactly(
                        "TXT _dmarc.a.b.c.d.e.f.g.h.i.j.k.example.com",
                        "TXT _dmarc.g.h.i.j.k.example.com",
                        "TXT _dmarc.h.i.j.k.example.com",
                        "TXT _dmarc.i.j.k.example.com",
                        "TXT _dmarc.j.k.example.com",
                        "TXT _dmarc.k.example.com",
                        "TXT _dmarc.example.com",
                        "TXT _dmarc.com");
    }

    @Test
    void eight_labels_are_walked_one_by_one() {
        evaluate("a.b.c.d.e.f.example.com");
        assertThat(dns.asked())
                .hasSize(8)
                .startsWith(
                        "TXT _dmarc.a.b.c.d.e.f.example.com", "TXT _dmarc.b.c.d.e.f.example.com")
                .endsWith("TXT _dmarc.com");
    }

    // RFC 9989, B.4.3

    @Test
    void a_public_suffix_by_its_own_word_is_no_organization() {
        dns.txt("_dmarc.bank.example", "v=DMARC1; p=reject; psd=y");
        dns.txt("_dmarc.giant.bank.example", "v=DMARC1; p=quarantine");
        spfPasses("mail.giant.bank.example");
        dkimPasses("mail.mega.bank.example");
        DmarcResult result = evaluate("giant.bank.example");
        assertThat(result.organizationalDomain()).isEqualTo("giant.bank.example");
        assertThat(result.alignedBy()).containsExactly("spf");
        assertThat(result.reason()).isEqualTo("dmarc.pass.spf");
        assertThat(evaluate("mega.bank.example").reason()).isEqualTo("dmarc.pass.dkim");
    }

    @Test
    void a_public_suffix_speaks_for_those_who_publish_nothing() {
        dns.txt("_dmarc.bank.example", "v=DMARC1; p=none; sp=quarantine; np=reject; psd=y");
        dns.a("a.bank.example", "192.0.2.1");
        assertThat(evaluate("a.bank.example").disposition()).isEqualTo(Policy.QUARANTINE);
        assertThat(evaluate("a.bank.example").organizationalDomain()).isEqualTo("a.bank.example");
        assertThat(evaluate("a.bank.example").policyDomain()).isEqualTo("bank.example");
        assertThat(evaluate("gone.bank.example").disposition()).isEqualTo(Policy.REJECT);
    }

    @ParameterizedTest
    @CsvSource({"co.uk", "com", "github.io", "unlisted"})
    void a_record_on_a_public_suffix_aligns_no_strangers(String suffix) {
        dns.txt("_dmarc." + suffix, "v=DMARC1; p=reject");
        spfPasses("evil." + suffix);
        dkimPasses("mail.evil." + suffix);
        DmarcResult result = evaluate("bank." + suffix);
        assertThat(result.result()).isEqualTo(AuthResult.FAIL);
        assertThat(result.reason()).isEqualTo("dmarc.fail.spf-unaligned.dkim-unaligned");
        assertThat(result.organizationalDomain()).isEqualTo("bank." + suffix);
        assertThat(result.policyDomain()).isEqualTo(suffix);
        assertThat(result.disposition()).isEqualTo(Policy.REJECT);
    }

    @Test
    void psd_n_ends_the_walk() {
        dns.txt("_dmarc.mail.example.com", "v=DMARC1; p=reject; psd=n");
        dns.txt("_dmarc.example.com", "v=DMARC1; p=none");
        dkimPasses("example.com");
        DmarcResult result = evaluate("a.mail.example.com");
        assertThat(result.organizationalDomain()).isEqualTo("mail.example.com");
        assertThat(result.result()).isEqualTo(AuthResult.FAIL);
        assertThat(result.disposition()).isEqualTo(Policy.REJECT);
    }

    @Test
    void the_fewest_labels_make_the_organization_but_the_own_record_the_policy() {
        dns.txt("_dmarc.a.mail.example.com", "v=DMARC1; p=quarantine; sp=none");
        dns.txt("_dmarc.mail.example.com", "v=DMARC1; p=none");
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        DmarcResult result = evaluate("a.mail.example.com");
        assertThat(result.policyDomain()).isEqualTo("a.mail.example.com");
        assertThat(result.organizationalDomain()).isEqualTo("example.com");
        assertThat(result.disposition()).isEqualTo(Policy.QUARANTINE);
        DmarcResult other = evaluate("b.mail.example.com");
        assertThat(other.policyDomain()).isEqualTo("example.com");
        assertThat(other.disposition()).isEqualTo(Policy.REJECT);
    }

    @Test
    void strict_alignment_wants_the_same_name() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject; adkim=s; aspf=s");
        spfPasses("mail.example.com");
        dkimPasses("example.com");
        DmarcEvaluation evaluation = run(one("example.com"));
        assertThat(evaluation.result().alignedBy()).containsExactly("dkim");
        assertThat(evaluation.dkim().getFirst().aligned()).isTrue();
        assertThat(evaluate("www.example.com").result()).isEqualTo(AuthResult.FAIL);
    }

    @Test
    void an_identical_domain_aligns_without_a_question_more() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        spfPasses("EXAMPLE.com");
        assertThat(evaluate("example.com").reason()).isEqualTo("dmarc.pass.spf");
        assertThat(dns.asked()).containsExactly("TXT _dmarc.example.com", "TXT _dmarc.com");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v=DMARC1; p=reject; t=y | QUARANTINE",
                "v=DMARC1; p=quarantine; t=y | NONE",
                "v=DMARC1; p=none; t=y | NONE",
                "v=DMARC1; p=reject; pct=0 | REJECT",
                "v=DMARC1;p=REJECT | REJECT",
                "v = DMARC1 ; p = reject ; | REJECT",
                "v=DMARC1; P=reject; unknown=x | REJECT",
                "v=DMARC1; p=reject; adkim=wrong; psd=wrong; t=wrong | REJECT",
                "v=DMARC1; rua=mailto:a@example.com | NONE",
                "v=DMARC1; p=bogus; rua=mailto:a@example.com | NONE",
                "v=DMARC1; p=reject; sp=bogus; rua=mailto:a@example.com!10m | NONE",
                "v=DMARC1; p=quarantine; p=reject | QUARANTINE",
            })
    void a_record_is_read_as_the_standard_says(String record, Policy disposition) {
        dns.txt("_dmarc.example.com", record);
        DmarcResult result = evaluate("example.com");
        assertThat(result.result()).isEqualTo(AuthResult.FAIL);
        assertThat(result.disposition()).isEqualTo(disposition);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "v=dmarc1; p=reject | NONE | dmarc.none.no-record",
                "' v=DMARC1; p=reject' | NONE | dmarc.none.no-record",
                "p=reject; v=DMARC1 | NONE | dmarc.none.no-record",
                "v=DMARC1 p=reject | NONE | dmarc.none.no-record",
                "v=DMARC12; p=reject | NONE | dmarc.none.no-record",
                "something else | NONE | dmarc.none.no-record",
                "v=DMARC1 | NONE | dmarc.none.no-policy",
                "v=DMARC1; | NONE | dmarc.none.no-policy",
                "v=DMARC1; sp=reject; rua=nobody | NONE | dmarc.none.no-policy",
                "v=DMARC1; p=bogus | PERMERROR | dmarc.permerror.record",
                "v=DMARC1; p=reject; np=bogus | PERMERROR | dmarc.permerror.record",
            })
    void what_is_no_usable_record_applies_to_nothing(
            String record, AuthResult expected, String reason) {
        dns.txt("_dmarc.example.com", record);
        DmarcResult result = evaluate("example.com");
        assertThat(result.result()).isEqualTo(expected);
        assertThat(result.reason()).isEqualTo(reason);
        assertThat(result.disposition()).isEqualTo(Policy.NONE);
    }

    @Test
    void several_records_are_as_good_as_none() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject", "v=DMARC1; p=none");
        assertThat(evaluate("example.com").reason()).isEqualTo("dmarc.none.several-records");
        dns.txt("_dmarc.example.org", "v=DMARC1; p=reject", "v=spf1 -all");
        assertThat(evaluate("example.org").disposition()).isEqualTo(Policy.REJECT);
    }

    @Test
    void np_is_for_names_that_do_not_exist() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=none; sp=none; np=reject");
        dns.empty("exists.example.com");
        assertThat(evaluate("exists.example.com").disposition()).isEqualTo(Policy.NONE);
        assertThat(evaluate("gone.example.com").disposition()).isEqualTo(Policy.REJECT);
        dns.timeout("slow.example.com", "A");
        assertThat(evaluate("slow.example.com").reason()).isEqualTo("dmarc.temperror.existence");
    }

    @Test
    void a_policy_that_hangs_on_whether_the_name_exists_is_waited_for() {
        dns.timeout("slow.example.com", "A");
        dns.txt("_dmarc.example.com", "v=DMARC1; p=none; np=reject");
        DmarcResult open = evaluate("slow.example.com");
        assertThat(open.policy()).isNull();
        assertThat(action(open)).isEqualTo(Action.DEFER);
        // quarantine in test is none: then nothing hangs on it
        dns.timeout("slow.example.org", "A");
        dns.txt("_dmarc.example.org", "v=DMARC1; p=none; np=quarantine; t=y");
        assertThat(evaluate("slow.example.org").result()).isEqualTo(AuthResult.FAIL);
    }

    // temperror only where an aligned identifier could still have passed

    @Test
    void a_record_that_cannot_be_read_is_temperror() {
        dns.servfail("_dmarc.example.com");
        DmarcResult result = evaluate("example.com");
        assertThat(result.result()).isEqualTo(AuthResult.TEMPERROR);
        assertThat(result.reason()).isEqualTo("dmarc.temperror.record");
    }

    @Test
    void a_failing_top_level_domain_holds_up_nobody_with_a_record() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        dns.timeout("_dmarc.com");
        dkimPasses("mail.example.com");
        assertThat(evaluate("example.com").reason()).isEqualTo("dmarc.pass.dkim");
    }

    @Test
    void temperror_of_an_identifier_that_cannot_align_changes_nothing() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        spf = spf(AuthResult.TEMPERROR, "elsewhere.example");
        dkim.add(dkim(AuthResult.TEMPERROR, "elsewhere.com", 0));
        DmarcResult result = evaluate("example.com");
        assertThat(result.result()).isEqualTo(AuthResult.FAIL);
        assertThat(result.reason()).isEqualTo("dmarc.fail.spf-temperror.dkim-temperror");
    }

    @Test
    void temperror_of_an_identifier_that_would_align_leaves_it_open() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        dkim.add(dkim(AuthResult.TEMPERROR, "mail.example.com", 0));
        assertThat(evaluate("example.com").reason())
                .isEqualTo("dmarc.temperror.spf-none.dkim-temperror");
        spfPasses("example.com");
        assertThat(evaluate("example.com").reason()).isEqualTo("dmarc.pass.spf");
    }

    @Test
    void an_organization_that_cannot_be_known_leaves_it_open() {
        dns.txt("_dmarc.a.b.example.com", "v=DMARC1; p=reject");
        dns.timeout("_dmarc.example.com");
        dkimPasses("mail.example.com");
        assertThat(evaluate("a.b.example.com").result()).isEqualTo(AuthResult.TEMPERROR);
        dkim.clear();
        dkimPasses("elsewhere.org");
        assertThat(evaluate("a.b.example.com").result()).isEqualTo(AuthResult.FAIL);
    }

    @Test
    void a_signature_over_a_part_of_the_body_never_aligns() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        dkim.add(dkim(AuthResult.PASS, "example.com", 17));
        assertThat(evaluate("example.com").result()).isEqualTo(AuthResult.FAIL);
        assertThat(evaluate("example.com").reason())
                .isEqualTo("dmarc.fail.spf-none.dkim-partial-body");
        assertThat(evaluate("example.com").disposition()).isEqualTo(Policy.REJECT);
    }

    @ParameterizedTest
    @CsvSource({
        "FAIL,FAIL,dmarc.fail.spf-fail.dkim-fail",
        "SOFTFAIL,NONE,dmarc.fail.spf-softfail.dkim-none",
        "PERMERROR,PERMERROR,dmarc.fail.spf-permerror.dkim-permerror",
        "NEUTRAL,POLICY,dmarc.fail.spf-neutral.dkim-policy",
    })
    void a_failure_names_both_halves(AuthResult spfResult, AuthResult dkimResult, String reason) {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        spf = spf(spfResult, "example.com");
        if (dkimResult != AuthResult.NONE) {
            dkim.add(dkim(dkimResult, "example.com", 0));
        }
        assertThat(evaluate("example.com").reason()).isEqualTo(reason);
    }

    @Test
    void authors_in_several_domains_get_the_strictest_verdict() {
        dns.txt("_dmarc.victim.example", "v=DMARC1; p=reject");
        dns.txt("_dmarc.attack.example", "v=DMARC1; p=none");
        spfPasses("attack.example");
        DmarcResult result =
                run(new Authors.SeveralDomains(
                                List.of(Domain.of("attack.example"), Domain.of("victim.example")),
                                List.of()))
                        .result();
        assertThat(result.result()).isEqualTo(AuthResult.FAIL);
        assertThat(result.authorDomain()).isEqualTo("victim.example");
        assertThat(result.disposition()).isEqualTo(Policy.REJECT);
        assertThat(result.authorDomains()).containsExactly("attack.example", "victim.example");
        DmarcResult mixed =
                run(new Authors.SeveralDomains(
                                List.of(Domain.of("attack.example"), Domain.of("none.example")),
                                List.of()))
                        .result();
        assertThat(mixed.result()).isEqualTo(AuthResult.NONE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "quarantine"})
    void an_author_without_a_strict_policy_does_not_end_the_waiting_for_another(String policy) {
        dns.txt("_dmarc.attack.example", "v=DMARC1; p=" + policy);
        dns.timeout("_dmarc.victim.example");
        List<Domain> authors = List.of(Domain.of("attack.example"), Domain.of("victim.example"));
        assertThat(several(authors).authorDomain()).isEqualTo("victim.example");
        // its own verdict open as well: a key that its servers withhold
        dkim.add(dkim(AuthResult.TEMPERROR, "attack.example", 0));
        for (List<Domain> order : List.of(authors, authors.reversed())) {
            assertThat(several(order).authorDomain()).isEqualTo("victim.example");
            assertThat(action(several(order))).isEqualTo(Action.DEFER);
        }
    }

    @Test
    void an_author_whose_policy_is_not_enforced_shields_no_other() {
        dns.txt("_dmarc.partner.example", "v=DMARC1; p=reject");
        dns.txt("_dmarc.victim.example", "v=DMARC1; p=quarantine");
        exceptions = List.of(Domain.of("partner.example"));
        List<Domain> authors = List.of(Domain.of("partner.example"), Domain.of("victim.example"));
        for (List<Domain> order : List.of(authors, authors.reversed())) {
            assertThat(several(order).authorDomain()).isEqualTo("victim.example");
        }
    }

    private DmarcResult several(List<Domain> authors) {
        return run(new Authors.SeveralDomains(authors, List.of())).result();
    }

    private static Action action(DmarcResult result) {
        DmarcAdvisor advisor = new DmarcAdvisor(List.of(), DmarcReject.REJECT);
        return advisor.advise(result, ArcResult.NONE).action();
    }

    @Test
    void every_flaw_of_a_from_field_has_a_reason_and_is_refused() {
        for (Authors.Flaw flaw : Authors.Flaw.values()) {
            DmarcResult result = run(new Authors.Dubious(flaw, List.of())).result();
            assertThat(result.result()).isEqualTo(AuthResult.PERMERROR);
            assertThat(result.reason()).isEqualTo("dmarc.permerror." + flaw.word());
            assertThat(result.disposition()).isEqualTo(Policy.REJECT);
        }
    }

    @Test
    void five_hundred_signatures_cost_a_bounded_number_of_questions() {
        dns.txt("_dmarc.example.com", "v=DMARC1; p=reject");
        for (int i = 0; i < 500; i++) {
            dkimPasses("a.b.c.d.e" + i + ".example.com");
        }
        assertThat(evaluate("x.example.com").result()).isEqualTo(AuthResult.PASS);
        assertThat(Set.copyOf(dns.asked())).hasSizeLessThan(120);
    }

    private void spfPasses(String domain) {
        spf = spf(AuthResult.PASS, domain);
    }

    private void dkimPasses(String domain) {
        dkim.add(dkim(AuthResult.PASS, domain, 0));
    }

    private static SpfResult spf(AuthResult result, String domain) {
        return SpfResult.notRun(
                result, SpfResult.Identity.MAILFROM, domain, "spf." + result.word());
    }

    private static DkimResult dkim(AuthResult result, String domain, long unsigned) {
        return new DkimResult(
                result,
                domain,
                "s1",
                "rsa-sha256",
                2048,
                "@" + domain,
                "abcdefgh",
                false,
                unsigned,
                false,
                "dkim." + result.word(),
                null);
    }

    private static Authors one(String domain) {
        return new Authors.OneDomain(Domain.of(domain), List.of());
    }

    private DmarcResult evaluate(String author) {
        return run(one(author)).result();
    }

    private DmarcEvaluation run(Authors authors) {
        return new DmarcEvaluator(dns, exceptions).evaluate(authors, spf, dkim, TestDns.budget());
    }
}
