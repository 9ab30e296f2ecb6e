package org.postern.auth.spf;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.auth.dns.CachedTestDns;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.TestDns;
import org.postern.auth.iprev.IprevEvaluator;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.net.Ip;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * SPF and iprev on warm DNS: every answer comes from our cache, as for most mail of a busy gateway.
 * Run: {@code mvn -pl gateway-auth test-compile}, then {@code org.openjdk.jmh.Main SpfBenchmark
 * -prof gc} on the test class path.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class SpfBenchmark {
    private final TimeSource time = TimeSource.system();
    private final InetAddress client = Ip.parse("192.0.2.77");
    private final SpfRequest plain =
            SpfRequest.mailFrom(client, "mail.example.org", "user@example.org");
    private final SpfRequest deep = SpfRequest.mailFrom(client, "mail.example.org", "user@big.org");
    private CachedTestDns dns;
    private SpfEvaluator spf;
    private IprevEvaluator iprev;

    /** A plain domain, and one with includes as large senders have them. */
    @Setup
    public void setUp() {
        dns =
                new CachedTestDns(
                        TestDns.of()
                                .txt("example.org", "v=spf1 ip4:198.51.100.0/24 a mx -all")
                                .a("example.org", "203.0.113.1")
                                .mx("example.org", 10, "mail.example.org")
                                .a("mail.example.org", "192.0.2.77")
                                .ptr("192.0.2.77", "mail.example.org")
                                .txt(
                                        "big.org",
                                        "v=spf1 include:_spf.big.org include:other.net ~all")
                                .txt(
                                        "_spf.big.org",
                                        "v=spf1 include:_a.big.org include:_b.big.org ~all")
                                .txt("_a.big.org", "v=spf1" + networks(20) + " ~all")
                                .txt("_b.big.org", "v=spf1" + networks(20) + " ~all")
                                .txt("other.net", "v=spf1 ip4:192.0.2.0/25 -all"));
        spf = new SpfEvaluator(dns, time, "mx.example.net");
        iprev = new IprevEvaluator(dns);
    }

    private static String networks(int count) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < count; i++) {
            out.append(" ip4:10.").append(i).append(".0.0/16");
        }
        return out.toString();
    }

    /** Ends the cache's threads. */
    @TearDown
    public void tearDown() {
        dns.close();
    }

    private DnsBudget budget() {
        return DnsBudget.until(Deadline.after(time, Duration.ofSeconds(10)));
    }

    /** One record, three look-ups, pass by mx. */
    @Benchmark
    public SpfResult plain() {
        return spf.check(plain, budget());
    }

    /** Five records, four includes, pass in the last. */
    @Benchmark
    public SpfResult includes() {
        return spf.check(deep, budget());
    }

    /** Two look-ups. */
    @Benchmark
    public IprevResult iprev() {
        return iprev.check(client, budget());
    }
}
