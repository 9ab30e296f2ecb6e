package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * NSD on a loopback port with the zones of {@code src-test-e2e/zones}, one file a zone, and the
 * DKIM keys of this test run. The root zone is among them, so a name that no zone knows is
 * NXDOMAIN.
 */
final class DnsServer implements AutoCloseable {
    /** The domain whose messages these tests sign. */
    static final String SIGNER = "pass.test";

    /** The domain of records that want to cost much. */
    private static final String HOSTILE = "hostile.test";

    private final int port;
    private final Program program;
    private final DkimKeys keys;

    private DnsServer(int port, Program program, DkimKeys keys) {
        this.port = port;
        this.program = program;
        this.keys = keys;
    }

    /** Starts one whose files lie in {@code folder}. */
    static DnsServer start(Path folder) {
        try {
            Files.createDirectories(folder);
            DkimKeys keys = DkimKeys.generate(folder);
            int port = Ports.free();
            StringBuilder config = new StringBuilder();
            config.append(
                    """
                    server:
                      ip-address: 127.0.0.1@%d
                      do-ip6: no
                      username: ""
                      chroot: ""
                      pidfile: ""
                      zonesdir: "%s"
                      xfrdfile: ""
                      zonelistfile: "%s/zone.list"
                      logfile: "%s/nsd.log"
                      server-count: 1
                    remote-control:
                      control-enable: no
                    """
                            .formatted(port, folder, folder, folder));
            List<Path> zones = new ArrayList<>();
            try (Stream<Path> files = Files.list(Peers.ROOT.resolve("src-test-e2e/zones"))) {
                files.filter(file -> file.toString().endsWith(".zone")).forEach(zones::add);
            }
            for (Path zone : zones) {
                String file = zone.getFileName().toString();
                String name = file.substring(0, file.length() - ".zone".length());
                String text = Files.readString(zone);
                if (name.equals(SIGNER)) {
                    text += keys.records();
                }
                if (name.equals(HOSTILE)) {
                    text += sixtyKilobytes();
                }
                Files.writeString(folder.resolve(file), text);
                config.append(
                        "zone:\n  name: \"%s\"\n  zonefile: \"%s\"\n"
                                .formatted(name.equals("root") ? "." : name, file));
            }
            // a zone without its file: every question about it is answered SERVFAIL
            config.append("zone:\n  name: \"servfail.test\"\n  zonefile: \"absent\"\n");
            Path file = Files.writeString(folder.resolve("nsd.conf"), config);
            Program program =
                    Program.start(
                            folder.resolve("out"),
                            Map.of(),
                            List.of(Peers.path("nsd"), "-d", "-c", file.toString()));
            await("NSD answers")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !program.alive() || answers(port));
            if (!program.alive()) {
                throw new AssertionError("NSD ended: " + program.output());
            }
            return new DnsServer(port, program, keys);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An SPF record and a key record, each of 60 KB; the client's address is at the very end. */
    private static String sixtyKilobytes() {
        StringBuilder spf = new StringBuilder("big IN TXT \"v=spf1\"");
        StringBuilder key = new StringBuilder("s._domainkey.big IN TXT \"v=DKIM1; n=\"");
        for (int i = 0; i < 300; i++) {
            spf.append(" \"").append(" ip4:192.0.2.1".repeat(14)).append('"');
            key.append(" \"").append("n".repeat(200)).append('"');
        }
        return spf + " \" ip4:127.0.0.0/8 -all\"\n" + key + " \"; p=AAAA\"\n";
    }

    private static boolean answers(int port) {
        byte[] question = {
            0x12, 0x34, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 4, 'p', 'a', 's', 's', 4, 't', 'e', 's', 't',
            0, 0, 16, 0, 1
        };
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(300);
            socket.send(
                    new DatagramPacket(
                            question, question.length, InetAddress.getLoopbackAddress(), port));
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            socket.receive(answer);
            return answer.getData()[7] > 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** The port on 127.0.0.1. */
    int port() {
        return port;
    }

    /** Where the private key lies whose public half {@link #SIGNER} publishes. */
    Path key(DkimKeys.Algorithm algorithm) {
        return keys.file(algorithm);
    }

    /** The message with a DKIM signature of {@link #SIGNER}, made by dkimpy. */
    byte[] sign(byte[] message, DkimKeys.Algorithm algorithm) {
        Program.Result result =
                Program.run(
                        message,
                        Map.of(),
                        List.of(
                                Peers.path("dkimsign"),
                                "--hcanon",
                                "relaxed",
                                "--bcanon",
                                "relaxed",
                                "--signalg",
                                algorithm.tag(),
                                algorithm.selector(),
                                SIGNER,
                                keys.file(algorithm).toString()));
        if (result.exitCode() != 0) {
            throw new AssertionError("dkimsign: " + result.all());
        }
        // dkimpy ends its own field with LF alone where it sees none in the message; ours is CRLF
        String text = result.out().replace("\r\n", "\n").replace("\n", "\r\n");
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** What dig, run against this server, prints of the answer to a question. */
    String ask(String type, String name) {
        return dig("+short", type, name);
    }

    /** The response code of the answer to a question. */
    String status(String type, String name) {
        return dig("+noall", "+comments", type, name)
                .replaceFirst("(?s).*status: ([A-Z]+),.*", "$1")
                .strip();
    }

    private String dig(String... question) {
        List<String> command =
                new ArrayList<>(
                        List.of(Peers.path("dig"), "@127.0.0.1", "-p", Integer.toString(port)));
        command.addAll(List.of(question));
        return Program.run(new byte[0], Map.of(), command).out();
    }

    /** A key's octets as a DNS record shows them. */
    static String base64(byte[] octets) {
        return Base64.getEncoder().encodeToString(octets);
    }

    @Override
    public void close() {
        program.close();
    }
}
