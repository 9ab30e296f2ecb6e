package org.postern.auth.secondopinion;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.postern.auth.dns.TestDns;
import org.postern.auth.spf.SpfEvaluator;
import org.postern.auth.spf.SpfReason;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;
import org.slf4j.LoggerFactory;

/**
 * Our SPF against jSPF's over made-up worlds. Each disagreement must be one of those that {@code
 * docs/second-opinion.md} explains; {@code -Dpostern.differential=100000} looks at more worlds.
 */
class SpfDifferentialTest {
    private static final int WORLDS = Integer.getInteger("postern.differential", 500);
    private static final Pattern MX =
            Pattern.compile("[ +~?-]mx(?=[ :/]|$)", Pattern.CASE_INSENSITIVE);
    private static final Pattern DIRECTIVE =
            Pattern.compile(
                    " [+~?-]?(all|a|mx|ptr|ip4|ip6|include|exists)(?=[ :/]|$)",
                    Pattern.CASE_INSENSITIVE);

    private static final Pattern LEADING_ZERO =
            Pattern.compile("'[0-9.]*\\b0[0-9]+[0-9.]*' is no(t 0 to| IPv4 address)");

    /** Why jSPF says something else. */
    private enum Difference {
        NO_VOID_LIMIT,
        EXCHANGERS_CUT,
        SECOND_MX_BREAKS,
        INCLUDE_WITHOUT_DIRECTIVES,
        EXISTS_TIMEOUT,
        EXCHANGER_ORDER,
        PTR_TROUBLE,
        LEADING_ZERO,
        NAME_THAT_CANNOT_EXIST
    }

    @BeforeAll
    static void silenceJspf() {
        ((Logger) LoggerFactory.getLogger("org.apache.james.jspf")).setLevel(Level.OFF);
    }

    @Test
    void everyDisagreementWithJspfIsOneThatWeCanExplain() {
        Map<Difference, Integer> counts = new EnumMap<>(Difference.class);
        List<String> unexplained = new ArrayList<>();
        int agreed = 0;
        for (int seed = 0; seed < WORLDS; seed++) {
            SpfWorld world = new SpfWorld(seed);
            SpfResult ours = ours(world.dns(), world.request());
            AuthResult theirs = theirs(world.dns(), world.request());
            if (ours.result() == theirs) {
                agreed++;
                continue;
            }
            List<Difference> why = explain(world, ours, theirs);
            if (why.isEmpty()) {
                unexplained.add(
                        seed
                                + ": jSPF says "
                                + theirs.word()
                                + "\n  "
                                + String.join("\n  ", ours.trace()));
            } else {
                counts.merge(why.getFirst(), 1, Integer::sum);
            }
        }
        System.out.println(WORLDS + " worlds, " + agreed + " agreed, " + counts);
        assertThat(unexplained).isEmpty();
        assertThat(agreed).isGreaterThan(WORLDS * 9 / 10);
    }

    @Test
    void theKnownDifferencesAreStillThere() {
        differs("v=spf1 a:x.example a:y.example a:z.example ~all", "permerror", "softfail");
        differs("v=spf1 mx:two.example mx:two.example ~all", "softfail", "permerror");
        differs("v=spf1 include:bare.example ~all", "softfail", "temperror");
        differs("v=spf1 exists:slow.example ~all", "temperror", "softfail");
        differs("v=spf1 ip4:192.0.2.01 ~all", "permerror", "pass");
        differs("v=spf1 ip6:::ffff:192.0.2.1 ~all", "softfail", "pass");
        differs("v=spf1 exists:.example ~all", "softfail", "none");
        differs("v=spf1 mx:many.example ~all", "permerror", "softfail");
        differs("v=spf1 ptr:example.org ~all", "softfail", "temperror");
    }

    private static void differs(String record, String ours, String theirs) {
        TestDns dns =
                TestDns.of()
                        .txt("example.org", record)
                        .txt("bare.example", "v=spf1 x=y")
                        .timeout("slow.example")
                        .timeout("slow.example.org")
                        .ptr("192.0.2.1", "slow.example.org")
                        .mx("two.example", 1, "example.org");
        for (int i = 0; i < 11; i++) {
            dns.mx("many.example", i, "m" + i + ".example").a("m" + i + ".example", "192.0.2.9");
        }
        SpfRequest request =
                SpfRequest.mailFrom(Ip.parse("192.0.2.1"), "h.example", "a@example.org");
        assertThat(ours(dns, request).result().word()).as(record).isEqualTo(ours);
        assertThat(theirs(dns, request).word()).as("jSPF: " + record).isEqualTo(theirs);
    }

    private static List<Difference> explain(SpfWorld world, SpfResult ours, AuthResult theirs) {
        List<Difference> why = new ArrayList<>();
        String trace = String.join("\n", ours.trace());
        if (ours.reason().equals(SpfReason.PERMERROR_TOO_MANY_VOID_LOOKUPS)) {
            why.add(Difference.NO_VOID_LIMIT);
        }
        if (ours.reason().equals(SpfReason.PERMERROR_TOO_MANY_MX)) {
            why.add(Difference.EXCHANGERS_CUT);
        }
        if (theirs == AuthResult.PERMERROR && MX.matcher(seen(ours)).results().count() > 1) {
            why.add(Difference.SECOND_MX_BREAKS);
        }
        if (theirs == AuthResult.TEMPERROR
                && world.records().stream().anyMatch(r -> !DIRECTIVE.matcher(r).find())) {
            why.add(Difference.INCLUDE_WITHOUT_DIRECTIVES);
        }
        if (ours.reason().equals("spf.temperror.timeout")
                && trace.matches("(?s).*A \\S+: timeout, test: timeout\nresult .*")
                && world.records().stream().anyMatch(r -> r.contains("exists:"))) {
            why.add(Difference.EXISTS_TIMEOUT);
        }
        if (world.timeouts()
                && (ours.result() == AuthResult.TEMPERROR || theirs == AuthResult.TEMPERROR)
                && world.records().stream().anyMatch(r -> r.contains("mx"))) {
            why.add(Difference.EXCHANGER_ORDER);
        }
        if (world.timeouts()
                && theirs == AuthResult.TEMPERROR
                && world.records().stream().anyMatch(r -> r.contains("ptr"))) {
            why.add(Difference.PTR_TROUBLE);
        }
        if (LEADING_ZERO.matcher(trace).find()) {
            why.add(Difference.LEADING_ZERO);
        }
        if (trace.contains("cannot exist") || trace.contains("is no domain")) {
            why.add(Difference.NAME_THAT_CANNOT_EXIST);
        }
        return why;
    }

    /** The records that our check read. */
    private static String seen(SpfResult result) {
        return String.join(
                " ", result.trace().stream().filter(l -> l.strip().startsWith("TXT ")).toList());
    }

    private static SpfResult ours(TestDns dns, SpfRequest request) {
        return new SpfEvaluator(dns, TimeSource.system(), "mx").check(request, TestDns.budget());
    }

    private static AuthResult theirs(TestDns dns, SpfRequest request) {
        return new SpfSecondOpinion(dns).check(request, TestDns.budget());
    }
}
