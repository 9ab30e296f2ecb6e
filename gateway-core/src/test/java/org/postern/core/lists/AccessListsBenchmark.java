package org.postern.core.lists;

import java.io.BufferedWriter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.postern.core.config.FileReference;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.net.Ip;
import org.postern.core.problem.Place;
import org.postern.core.problem.ProblemCollector;
import org.postern.core.time.TimeSource;

/**
 * A million entries: how long they take to load in a fresh JVM, and to look up. Half are networks
 * (a fifth of them IPv6), a quarter senders, a quarter domains. The figures stand in
 * docs/performance.md.
 */
@State(Scope.Benchmark)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AccessListsBenchmark {
    private static final int ENTRIES = 1_000_000;
    private static final int ASKED = 1 << 16;

    private final InetAddress[] clients = new InetAddress[ASKED];
    private final EmailAddress[] senders = new EmailAddress[ASKED];
    private final Domain[] domains = new Domain[ASKED];

    /** Entries as values alone, or each with a comment, an owner and an end. */
    @Param({"bare", "said", "block", "odd"})
    private String form = "bare";

    private Path file = Path.of("");
    private AccessLists lists = AccessLists.empty();
    private int next;

    /** Writes the list, loads it and prepares questions, half of which hit. */
    @Setup
    public void prepare() throws IOException {
        file = Files.createTempFile("postern-lists", ".yaml");
        Random random = new Random(3);
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("client:\n");
            for (int i = 0; i < ENTRIES / 2; i++) {
                boolean six = i % 5 == 0;
                int prefix = six ? 32 + random.nextInt(4) * 16 : 16 + random.nextInt(17);
                String network = network(random, six, prefix);
                out.write(item("'" + network + "'", i));
                if (i < ASKED) {
                    clients[i] =
                            i % 2 == 0
                                    ? Ip.parse(network.substring(0, network.indexOf('/')))
                                    : address(random, six);
                }
            }
            out.write("sender:\n");
            for (int i = 0; i < ENTRIES / 4; i++) {
                String sender = "user" + random.nextInt() + "@domain" + i % 5_000 + ".example";
                out.write(item(sender, i));
                if (i < ASKED) {
                    senders[i] = EmailAddress.of(i % 2 == 0 ? sender : "x" + sender);
                }
            }
            out.write("sender-domain:\n");
            for (int i = 0; i < ENTRIES / 4; i++) {
                String domain = "mail" + random.nextInt(Integer.MAX_VALUE) + ".example";
                out.write(item((i % 3 == 0 ? "." : "") + domain, i));
                if (i < ASKED) {
                    domains[i] = Domain.of("a.b." + (i % 2 == 0 ? domain : "x" + domain));
                }
            }
        }
        long start = System.nanoTime();
        lists = load();
        System.out.printf(
                "%nfirst load in this JVM: %d entries, %d MB, %d ms%n",
                lists.denySize(), Files.size(file) >> 20, (System.nanoTime() - start) / 1_000_000);
    }

    private String item(String value, int i) {
        String end = "2099-01-" + (10 + i % 20);
        String comment = "seen by feed " + i % 100;
        return switch (form) {
            case "bare" -> "  - " + value + "\n";
            case "block" ->
                    "  - comment: '"
                            + comment
                            + "'\n    entry: "
                            + value
                            + "\n    expires: '"
                            + end
                            + "'\n    owner: feeds\n";
            default -> {
                // an escape that is left to the parser, in one entry of ten
                String said = form.equals("odd") && i % 10 == 0 ? "\"\\x41\"" : comment;
                yield "  - { entry: "
                        + value
                        + ", comment: "
                        + said
                        + ", owner: feeds, expires: "
                        + end
                        + " }\n";
            }
        };
    }

    private static InetAddress address(Random random, boolean six) throws UnknownHostException {
        byte[] octets = new byte[six ? 16 : 4];
        random.nextBytes(octets);
        if (six) {
            octets[0] = 0x20;
        }
        return InetAddress.getByAddress(octets);
    }

    private static String network(Random random, boolean six, int prefix)
            throws UnknownHostException {
        return org.postern.core.net.Cidr.of(address(random, six), prefix).toString();
    }

    private AccessLists load() {
        ProblemCollector problems = new ProblemCollector();
        AccessLists loaded =
                AccessLists.load(
                        List.of(),
                        List.of(new FileReference(file, file, Place.start(file))),
                        TimeSource.system(),
                        problems);
        if (problems.errorCount() > 0) {
            throw new IllegalStateException(problems.toProblems().toString());
        }
        return loaded;
    }

    @TearDown
    public void remove() throws IOException {
        Files.delete(file);
    }

    private int next() {
        next = (next + 1) & (ASKED - 1);
        return next;
    }

    @Benchmark
    public ListMatch client() {
        return lists.client(clients[next()]);
    }

    @Benchmark
    public ListMatch sender() {
        return lists.address(ListKind.SENDER, senders[next()]);
    }

    @Benchmark
    public ListMatch senderDomain() {
        return lists.domain(ListKind.SENDER_DOMAIN, domains[next()]);
    }

    @Benchmark
    @BenchmarkMode(Mode.SingleShotTime)
    @OutputTimeUnit(TimeUnit.MILLISECONDS)
    @Warmup(iterations = 0)
    @Measurement(iterations = 8)
    public AccessLists loading() {
        return load();
    }

    public static void main(String[] args) throws RunnerException {
        new Runner(new OptionsBuilder().include(AccessListsBenchmark.class.getName()).build())
                .run();
    }
}
