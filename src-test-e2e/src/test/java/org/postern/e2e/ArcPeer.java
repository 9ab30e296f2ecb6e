package org.postern.e2e;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** dkimpy's ARC, an implementation that is not ours: it seals and verifies. */
final class ArcPeer {
    /** Debian's own Python: the one that has Debian's dkimpy. */
    private static final String PYTHON = "/usr/bin/python3";

    /** Key records come from our name server, asked by dig. */
    private static final String VERIFY =
            """
            import dkim, subprocess, sys
            def txt(name, timeout=5):
                name = name.decode() if isinstance(name, bytes) else name
                out = subprocess.run(["dig", "+short", "@127.0.0.1", "-p", sys.argv[1], "TXT", name],
                                     capture_output=True, check=True).stdout.decode().strip()
                return "".join(p for p in out.split('"')[1::2]).encode() if out else None
            cv, results, reason = dkim.arc_verify(sys.stdin.buffer.read(), dnsfunc=txt)
            print(cv.decode() if cv else None, len(results), reason)
            """;

    private static final String SEAL =
            """
            import dkim, sys
            selector, domain, key, server = (a.encode() for a in sys.argv[1:5])
            message = sys.stdin.buffer.read()
            fields = dkim.arc_sign(message, selector, domain, open(key, "rb").read(), server)
            sys.stdout.buffer.write(b"".join(fields).replace(b"\\r\\n", b"\\n").replace(b"\\n", b"\\r\\n") + message)
            """;

    private ArcPeer() {}

    /** What it says of a message's chain: {@code pass 1 success}. */
    static String verify(DnsServer dns, String message) {
        return python(VERIFY, octets(message), Integer.toString(dns.port()));
    }

    /**
     * The message under a seal of {@link DnsServer#SIGNER} over what the host {@code server} found,
     * which stands in an Authentication-Results field of it.
     */
    static byte[] seal(byte[] message, Path key, String server) {
        return octets(
                python(
                        SEAL,
                        message,
                        DkimKeys.Algorithm.RSA.selector(),
                        DnsServer.SIGNER,
                        key.toString(),
                        server));
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String python(String script, byte[] input, String... arguments) {
        List<String> command = new java.util.ArrayList<>(List.of(PYTHON, "-c", script));
        command.addAll(List.of(arguments));
        Program.Result result = Program.run(input, Map.of(), command);
        if (result.exitCode() != 0) {
            throw new AssertionError(result.all());
        }
        return result.out();
    }
}
