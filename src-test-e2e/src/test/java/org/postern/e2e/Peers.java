package org.postern.e2e;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The Debian programs that these tests speak with, as {@code install-peers} installs them. */
final class Peers {
    /** The checkout. */
    static final Path ROOT = Path.of(System.getProperty("postern.root", "..")).toAbsolutePath();

    private static final Map<String, String> PACKAGE_OF = new LinkedHashMap<>();

    static {
        PACKAGE_OF.put("dovecot", "dovecot-core");
        PACKAGE_OF.put("/usr/lib/dovecot/lmtp", "dovecot-lmtpd");
        PACKAGE_OF.put("/usr/lib/dovecot/imap", "dovecot-imapd");
        PACKAGE_OF.put("sqlite3", "sqlite3");
        PACKAGE_OF.put("swaks", "swaks");
        PACKAGE_OF.put("nsd", "nsd");
        PACKAGE_OF.put("unbound", "unbound");
        PACKAGE_OF.put("rspamd", "rspamd");
        PACKAGE_OF.put("clamd", "clamav-daemon");
        PACKAGE_OF.put("dig", "dnsutils");
        PACKAGE_OF.put("dkimsign", "python3-dkim");
        PACKAGE_OF.put("/usr/lib/python3/dist-packages/nacl", "python3-nacl");
        PACKAGE_OF.put("openssl", "openssl");
        PACKAGE_OF.put("haproxy", "haproxy");
        PACKAGE_OF.put("promtool", "prometheus");
        PACKAGE_OF.put("smtp-source", "postfix");
        PACKAGE_OF.put("smtp-sink", "postfix");
        PACKAGE_OF.put("prometheus", "prometheus");
        PACKAGE_OF.put("slapd", "slapd");
        PACKAGE_OF.put("ldapadd", "ldap-utils");
        PACKAGE_OF.put("psql", "postgresql");
        PACKAGE_OF.put("/usr/lib/postgresql", "postgresql");
    }

    private Peers() {}

    /** Where a program lies; the folders of daemons are searched too. */
    static Optional<Path> find(String program) {
        if (program.startsWith("/")) {
            return Optional.of(Path.of(program)).filter(Files::exists);
        }
        List<String> folders = new ArrayList<>(List.of(System.getenv("PATH").split(":", -1)));
        folders.addAll(List.of("/usr/sbin", "/sbin", "/usr/local/sbin"));
        return folders.stream()
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** The path of a program that is there. */
    static String path(String program) {
        return find(program)
                .orElseThrow(() -> new AssertionError(program + " not found"))
                .toString();
    }

    /** What is not installed, by Debian package; empty: the tests can run. */
    static List<String> missingPackages() {
        TreeSet<String> missing = new TreeSet<>();
        PACKAGE_OF.forEach((program, name) -> {
            if (find(program).isEmpty()) {
                missing.add(name);
            }
        });
        return List.copyOf(missing);
    }
}
