package org.postern.auth.dkim;

import java.io.ByteArrayInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.james.jdkim.DKIMVerifier;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.TestDns;
import org.postern.auth.header.HeaderReader;
import org.postern.core.authres.DkimResult;

/**
 * Verification of one signature on a message in memory, DNS warm, beside jDKIM in the same run.
 *
 * <pre>{@code
 * java -cp gateway-auth/target/test-classes:… org.openjdk.jmh.Main DkimBenchmark -prof gc
 * }</pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DkimBenchmark {
    private static final Instant NOW = Instant.parse("2026-11-21T10:00:00Z");

    /** What comes from the socket at a time. */
    private static final int BLOCK = 8192;

    /** Which key signs. */
    @Param({"rsa2048", "rsa1024", "ed25519"})
    public String key;

    /** Size of the body. */
    @Param({"10240"})
    public int size;

    private byte[] message = {};
    private DkimVerifier verifier = new DkimVerifier(TestDns.of(), DkimSettings.DEFAULT);
    private DKIMVerifier jdkim = new DKIMVerifier();
    private final DnsBudget budget = DnsBudget.of(TestDns.budget().deadline(), Integer.MAX_VALUE);

    /** Signs the message. */
    @Setup
    public void sign() {
        var pair =
                switch (key) {
                    case "rsa2048" -> DkimSamples.pair("RSA", 2048);
                    case "rsa1024" -> DkimSamples.pair("RSA", 1024);
                    default -> DkimSamples.pair("Ed25519", 255);
                };
        DkimSigner signer =
                new DkimSigner(DkimSamples.key("example.org", "s1", pair), DkimSamples.NAMES);
        message =
                DkimSamples.sign(signer, DkimSamples.message(size))
                        .getBytes(StandardCharsets.ISO_8859_1);
        String record = DkimSamples.record(pair);
        byte[] txt = record.getBytes(StandardCharsets.ISO_8859_1);
        verifier = new DkimVerifier(new OneRecordDns(txt), DkimSettings.DEFAULT);
        jdkim = new DKIMVerifier((method, selector, domain) -> List.of(record));
    }

    /**
     * Says after each iteration how much time of the processor an operation took: on a machine that
     * has other work to do, the time on the wall says little.
     */
    @State(Scope.Thread)
    public static class CpuTime {
        private long operations;
        private long start;

        /** Begins an iteration. */
        @Setup(Level.Iteration)
        public void begin() {
            operations = 0;
            start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        }

        /** Ends it. */
        @TearDown(Level.Iteration)
        public void end() {
            long nanos = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            System.out.printf("(%.2f us of CPU each) ", nanos / 1e3 / Math.max(1, operations));
        }
    }

    /** Ours. */
    @Benchmark
    public List<DkimResult> postern(CpuTime cpu) {
        cpu.operations++;
        HeaderReader reader = new HeaderReader();
        BodyHashes bodies = new BodyHashes();
        int at = reader.accept(message, 0, Math.min(BLOCK, message.length));
        DkimVerification run = verifier.begin(reader.finish(), bodies, NOW);
        while (at < message.length) {
            int length = Math.min(BLOCK, message.length - at);
            bodies.write(message, at, length);
            at += length;
        }
        bodies.finish();
        List<DkimResult> results = run.finish(budget);
        if (!results.getFirst().reason().equals("dkim.pass")) {
            throw new IllegalStateException(results.toString());
        }
        return results;
    }

    /** jDKIM 0.5, which knows no Ed25519. */
    @Benchmark
    public Object jdkim(CpuTime cpu) throws Exception {
        cpu.operations++;
        if (key.equals("ed25519")) {
            return key;
        }
        return jdkim.verify(new ByteArrayInputStream(message));
    }
}
