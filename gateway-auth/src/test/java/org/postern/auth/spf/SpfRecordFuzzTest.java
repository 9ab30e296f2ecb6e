package org.postern.auth.spf;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import org.postern.auth.dns.TestDns;
import org.postern.core.authres.SpfResult;
import org.postern.core.net.Ip;
import org.postern.core.time.TimeSource;

/** Any octets as an SPF record: a result, never an exception, within the limits. */
class SpfRecordFuzzTest {
    private static final InetAddress V4 = Ip.parse("192.0.2.1");
    private static final InetAddress V6 = Ip.parse("2001:db8::1");

    @FuzzTest(maxDuration = "5m")
    void anyRecordHasAResult(byte[] record) {
        byte[] versioned = new byte[record.length + 7];
        System.arraycopy("v=spf1 ".getBytes(StandardCharsets.US_ASCII), 0, versioned, 0, 7);
        System.arraycopy(record, 0, versioned, 7, record.length);
        check(record, V4);
        check(versioned, V4);
        check(versioned, V6);
    }

    private static void check(byte[] record, InetAddress client) {
        TestDns dns =
                TestDns.of()
                        .txt("example.org", record)
                        .txt("a.example.org", "v=spf1 a mx ptr -all")
                        .a("example.org", "192.0.2.1")
                        .mx("example.org", 10, "mx.example.org")
                        .aaaa("mx.example.org", "2001:db8::1")
                        .ptr("192.0.2.1", "example.org");
        SpfResult result =
                new SpfEvaluator(dns, TimeSource.system(), "mx.example.net")
                        .check(
                                SpfRequest.mailFrom(client, "helo.example", "a-b+c@example.org"),
                                TestDns.budget());
        if (result.lookups() > 10
                || result.voidLookups() > 3
                || dns.asked().size() > 250
                || !result.reason().startsWith("spf." + result.result().word())) {
            throw new AssertionError(result.toString());
        }
        for (String line : result.trace()) {
            if (line.length() > 1_100 || !line.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
                throw new AssertionError("trace: " + line);
            }
        }
    }
}
