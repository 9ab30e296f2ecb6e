package org.postern.smtp.session;

import java.nio.charset.StandardCharsets;
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
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;
import org.postern.core.config.Limits;
import org.postern.core.reply.SmtpReply;

/** How fast content passes the body reader, from its buffer to the receiver, in blocks of 32 KB. */
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@State(Scope.Thread)
public class ContentScannerBenchmark {
    private static final int BLOCK = InputBuffer.LARGE;

    /** Octets of the message. */
    @Param({"4096", "102400"})
    public int octets;

    private byte[] message = new byte[0];
    private final Limits limits = Limits.defaults();

    @Setup
    public void setup() {
        StringBuilder text = new StringBuilder("Subject: x\r\nReceived: from a by b\r\n\r\n");
        String line = "The quick brown fox jumps over the lazy dog, again and again and again.\r\n";
        while (text.length() < octets) {
            text.append(line);
        }
        message = text.append(".\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** One message; multiply by its octets for octets a second. */
    @Benchmark
    public boolean data(Blackhole hole) {
        ContentReceiver receiver =
                new ContentReceiver() {
                    @Override
                    public void write(byte[] block, int offset, int length) {
                        hole.consume(block[offset]);
                    }

                    @Override
                    public SmtpReply finish() {
                        return Replies.OK;
                    }

                    @Override
                    public void abort(String reason) {
                        throw new IllegalStateException(reason);
                    }
                };
        ContentScanner scanner =
                new ContentScanner(new ContentSink(receiver, limits), true, limits.bareNewline());
        for (int at = 0; at < message.length; at += BLOCK) {
            scanner.scan(message, at, Math.min(BLOCK, message.length - at));
        }
        return scanner.done();
    }
}
