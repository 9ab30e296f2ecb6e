package org.postern.e2e;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** OpenLDAP's slapd on loopback ports, ldap and ldaps, with the tree dc=example,dc=test. */
final class LdapServer implements AutoCloseable {
    static final String ADMIN = "cn=admin,dc=example,dc=test";
    static final String PASSWORD = "ldap s3cret";

    /** An account that gets 50 entries and no more, however they are paged. */
    static final String CAPPED = "cn=capped,dc=example,dc=test";

    private final Path folder;
    private final int port;
    private final int tlsPort;
    private final Program program;

    private LdapServer(Path folder, int port, int tlsPort, Program program) {
        this.folder = folder;
        this.port = port;
        this.tlsPort = tlsPort;
        this.program = program;
    }

    /** Starts one whose files lie in {@code folder}, or again one that has been there. */
    static LdapServer start(Path folder, int port, int tlsPort) {
        try {
            boolean fresh = !Files.exists(folder.resolve("db"));
            Files.createDirectories(folder.resolve("db"));
            if (fresh) {
                Certificates.rsaOfAddress(folder, "ldap", "127.0.0.1");
            }
            Path config =
                    Files.writeString(
                            folder.resolve("slapd.conf"),
                            """
                            include /etc/ldap/schema/core.schema
                            include /etc/ldap/schema/cosine.schema
                            include /etc/ldap/schema/inetorgperson.schema
                            attributetype ( 1.2.840.113556.1.2.210 NAME 'proxyAddresses'
                              EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
                            attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl'
                              EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27
                              SINGLE-VALUE )
                            objectclass ( 1.3.6.1.4.1.55555.1 NAME 'mailPerson' SUP top AUXILIARY
                              MAY ( proxyAddresses $ userAccountControl ) )
                            modulepath /usr/lib/ldap
                            moduleload back_mdb
                            pidfile %1$s/pid
                            TLSCertificateFile %1$s/ldap-chain.pem
                            TLSCertificateKeyFile %1$s/ldap-key.pem
                            database mdb
                            maxsize 67108864
                            suffix "dc=example,dc=test"
                            rootdn "%2$s"
                            rootpw "%3$s"
                            directory %1$s/db
                            limits dn.exact="%4$s" size.soft=50 size.hard=50 size.prtotal=50
                            limits * size.soft=50 size.hard=50 size.pr=100 size.prtotal=unlimited
                            """
                                    .formatted(folder, ADMIN, PASSWORD, CAPPED));
            Program program =
                    Program.start(
                            folder.resolve("log"),
                            Map.of(),
                            List.of(
                                    Peers.path("slapd"),
                                    "-d",
                                    "0",
                                    "-f",
                                    config.toString(),
                                    "-h",
                                    "ldap://127.0.0.1:%d/ ldaps://127.0.0.1:%d/"
                                            .formatted(port, tlsPort)));
            await("slapd listens")
                    .atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> !program.alive() || (Ports.open(port) && Ports.open(tlsPort)));
            if (!program.alive()) {
                throw new AssertionError("slapd ended: " + program.output());
            }
            LdapServer server = new LdapServer(folder, port, tlsPort, program);
            if (fresh) {
                server.modify(
                        """
                        dn: dc=example,dc=test
                        objectClass: dcObject
                        objectClass: organization
                        dc: example
                        o: Example
                        """);
            }
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    int tlsPort() {
        return tlsPort;
    }

    /** The certificate that it shows, signed by itself. */
    Path certificate() {
        return folder.resolve("ldap-chain.pem");
    }

    /** A person with a mail address and further ones. */
    static String person(String name, String... proxyAddresses) {
        StringBuilder out = new StringBuilder();
        out.append("dn: cn=").append(name).append(",dc=example,dc=test\n");
        out.append("objectClass: inetOrgPerson\nobjectClass: mailPerson\n");
        out.append("cn: ").append(name).append("\nsn: ").append(name).append('\n');
        out.append("mail: ").append(name).append("@example.test\n");
        for (String address : proxyAddresses) {
            out.append("proxyAddresses: ").append(address).append('\n');
        }
        return out.append('\n').toString();
    }

    /** Adds or changes entries, as LDIF. */
    void modify(String ldif) {
        Program.Result result =
                Program.run(
                        ldif.getBytes(StandardCharsets.UTF_8),
                        Map.of(),
                        List.of(
                                Peers.path("ldapadd"),
                                "-x",
                                "-H",
                                "ldap://127.0.0.1:" + port,
                                "-D",
                                ADMIN,
                                "-w",
                                PASSWORD));
        if (result.exitCode() != 0) {
            throw new AssertionError("ldapadd: " + result.all());
        }
    }

    /** Stops it where it stands: it accepts connections, by its kernel, and answers nothing. */
    void freeze() {
        program.signal("STOP");
    }

    /** Lets it go on, if it runs. */
    void thaw() {
        if (program.alive()) {
            program.signal("CONT");
        }
    }

    @Override
    public void close() {
        program.close();
    }
}
