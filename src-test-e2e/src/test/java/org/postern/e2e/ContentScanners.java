package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Debian's Rspamd, with a module of an operator's, and its clamd, which knows one signature. */
final class ContentScanners implements AutoCloseable {
    /** A module of an operator's: tells what it was told, and does what modules do to a header. */
    private static final String MODULE =
            """
            rspamd_config:register_symbol({
              name = 'OF_OURS', type = 'normal', score = 0.1,
              callback = function(task)
                local subject = tostring(task:get_subject())
                if subject:find('module') then
                  task:set_milter_reply({
                    add_headers = {
                      ['X-Told-Hostname'] = tostring(task:get_hostname()),
                      ['X-Told-Rcpts'] = tostring(#task:get_recipients('smtp')),
                      ['X-Told-Helo'] = tostring(task:get_helo()),
                      ['X-Injected'] = 'a\\r\\n\\r\\nbody\\r\\nBcc: x@y.example',
                      ['Subject'] = 'changed by a module',
                      ['Authentication-Results'] = 'mx.example.test; dmarc=pass',
                      ['X-Second'] = { value = 'b', order = 1 },
                      ['X-First'] = { value = 'a', order = 0 },
                    },
                    remove_headers = { ['X-Old'] = 0, ['From'] = 0, ['Received'] = 1 },
                  })
                end
                if subject:find('junk') then
                  task:set_milter_reply({
                    add_headers = { ['X-Junk'] = 'yes', ['X-Spam-Origin'] = 'here' },
                  })
                end
                if subject:find('hold it') then task:set_pre_result('quarantine', 'odd', 'x') end
                if subject:find('not now') then
                  task:set_pre_result('soft reject', 'Too many of these, in 5 minutes', 'x')
                end
                return true, 0.1
              end,
            })
            """;

    private final int rspamdPort;
    private final Path clamdSocket;
    private final Program rspamd;
    private final Program clamd;

    private ContentScanners(int rspamdPort, Path clamdSocket, Program rspamd, Program clamd) {
        this.rspamdPort = rspamdPort;
        this.clamdSocket = clamdSocket;
        this.rspamd = rspamd;
        this.clamd = clamd;
    }

    /**
     * Starts both and waits until they listen.
     *
     * @param folder theirs alone, made if it is not there
     * @param dns whom Rspamd asks
     * @param virus what clamd calls Eicar-Test-Signature
     */
    static ContentScanners start(Path folder, DnsServer dns, String virus) throws IOException {
        Files.createDirectories(folder);
        int port = Ports.free();
        Program rspamd = rspamd(folder, dns, port);
        Program clamd = clamd(folder, virus);
        Path socket = folder.resolve("clamd.sock");
        await("clamd and rspamd listen")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(200))
                .until(() -> Files.exists(socket) && Ports.open(port));
        return new ContentScanners(port, socket, rspamd, clamd);
    }

    private static Program rspamd(Path folder, DnsServer dns, int port) throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("rspamd.conf"),
                        """
                        options {
                          pidfile = "%1$s/pid";
                          tempdir = "%1$s";
                          control_socket = "%1$s/control.sock mode=0600";
                          dns { nameserver = ["127.0.0.1:%2$d"]; timeout = 0.2s; retransmits = 1; }
                          filters = "";
                          max_message = 3mb;
                          enable_test_patterns = true;
                          url_tld = "/usr/share/rspamd/effective_tld_names.dat";
                        }
                        logging { type = "console"; level = "warning"; }
                        actions { reject = 15; quarantine = 14; add_header = 6; }
                        lua = "%1$s/test.lua";
                        worker "normal" { bind_socket = "127.0.0.1:%3$d"; count = 1; }
                        """
                                .formatted(folder, dns.port(), port));
        Files.writeString(folder.resolve("test.lua"), MODULE);
        return Program.start(
                folder.resolve("rspamd.out"),
                Map.of(),
                List.of(Peers.path("rspamd"), "-f", "-i", "-c", config.toString()));
    }

    private static Program clamd(Path folder, String virus) throws IOException {
        Files.createDirectories(folder.resolve("db"));
        String signature = HexFormat.of().formatHex(virus.getBytes(StandardCharsets.US_ASCII));
        Files.writeString(
                folder.resolve("db/test.ndb"), "Eicar-Test-Signature:0:*:" + signature + "\n");
        Path config =
                Files.writeString(
                        folder.resolve("clamd.conf"),
                        """
                        Foreground yes
                        LocalSocket %1$s/clamd.sock
                        DatabaseDirectory %1$s/db
                        TemporaryDirectory %1$s
                        StreamMaxLength 2M
                        """
                                .formatted(folder));
        return Program.start(
                folder.resolve("clamd.out"),
                Map.of(),
                List.of(Peers.path("clamd"), "-c", config.toString()));
    }

    /** Where Rspamd listens on 127.0.0.1. */
    int rspamdPort() {
        return rspamdPort;
    }

    Path clamdSocket() {
        return clamdSocket;
    }

    Program rspamd() {
        return rspamd;
    }

    Program clamd() {
        return clamd;
    }

    @Override
    public void close() {
        rspamd.close();
        clamd.close();
    }
}
