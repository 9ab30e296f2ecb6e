package org.postern.auth;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.auth.dkim.DkimSamples;
import org.postern.auth.dkim.DkimSigner;
import org.postern.auth.dns.CachedTestDns;
import org.postern.auth.dns.TestDns;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.ReversePath;
import org.postern.core.net.Ip;

/**
 * All methods on one signed message of 10 KB, every DNS answer from our cache: SPF of both
 * identities, iprev, DKIM (rsa-2048), ARC, DMARC, our header. One session after another.
 *
 * <pre>{@code
 * java -cp gateway-auth/target/test-classes:... org.openjdk.jmh.Main AuthenticatorBenchmark -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 4, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class AuthenticatorBenchmark {
    private static final int BLOCK = 8_192;

    private final AuthenticationRequest request =
            AuthenticationRequest.ofConnection(
                    Ip.parse("192.0.2.77"),
                    Ip.parse("192.0.2.25"),
                    "mail.example.org",
                    ReversePath.of(EmailAddress.of("alice@example.org")));
    private byte[] message = {};
    private CachedTestDns dns = new CachedTestDns(TestDns.of());
    private Authenticator authenticator = AuthRun.authenticator(dns);
    private long operations;
    private long start;

    /** Signs the message and publishes what its domain needs. */
    @Setup
    public void setUp() {
        var pair = DkimSamples.pair("RSA", 2048);
        DkimSigner signer =
                new DkimSigner(DkimSamples.key("example.org", "s1", pair), DkimSamples.NAMES);
        message =
                DkimSamples.sign(signer, DkimSamples.message(10_240))
                        .getBytes(StandardCharsets.ISO_8859_1);
        dns.close();
        dns =
                new CachedTestDns(
                        DkimSamples.dns("example.org", "s1", pair)
                                .txt("example.org", "v=spf1 ip4:192.0.2.0/24 -all")
                                .txt("mail.example.org", "v=spf1 a -all")
                                .a("mail.example.org", "192.0.2.77")
                                .ptr("192.0.2.77", "mail.example.org")
                                .txt("_dmarc.example.org", "v=DMARC1; p=reject"));
        authenticator = AuthRun.authenticator(dns);
        AuthenticationOutcome outcome = allMethods();
        if (!outcome.verdicts().dmarc().reason().equals("dmarc.pass.dkim")) {
            throw new IllegalStateException(outcome.authenticationResults());
        }
    }

    /** Ends the cache's threads. */
    @TearDown
    public void tearDown() {
        dns.close();
    }

    /** Begins to count the processor's time, of the whole process. */
    @Setup(Level.Iteration)
    public void begin() {
        operations = 0;
        start = cpu();
    }

    /** Says what one message took of it: the wall says little on a machine with other work. */
    @TearDown(Level.Iteration)
    public void end() {
        System.out.printf("(%.1f us of CPU each) ", (cpu() - start) / 1e3 / operations);
    }

    private static long cpu() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    /** From MAIL to the verdicts. */
    @Benchmark
    public AuthenticationOutcome allMethods() {
        operations++;
        try (Authentication checks = authenticator.begin(request)) {
            for (int at = 0; at < message.length; at += BLOCK) {
                checks.write(message, at, Math.min(BLOCK, message.length - at));
            }
            return checks.finish();
        }
    }
}
