package org.postern.queue.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A certification authority and a server's certificate beneath it, made by the JDK's keytool. */
final class TestCertificates {
    private static final String PASSWORD = "changeit";

    private final Path store;
    private final Path directory;

    /** The authority's certificate, PEM. */
    final Path ca;

    /** The server's certificate, PEM. */
    final Path server;

    TestCertificates(Path directory, String serverName) throws Exception {
        this.directory = directory;
        this.store = directory.resolve("keys.p12");
        this.ca = directory.resolve("ca.pem");
        this.server = directory.resolve("server.pem");
        keytool("-genkeypair", "-alias", "ca", "-dname", "CN=Test CA", "-ext", "bc:c");
        keytool("-genkeypair", "-alias", "server", "-dname", "CN=" + serverName);
        keytool("-exportcert", "-rfc", "-alias", "ca", "-file", ca.toString());
        Path request = directory.resolve("server.csr");
        keytool("-certreq", "-alias", "server", "-file", request.toString());
        keytool(
                "-gencert",
                "-rfc",
                "-alias",
                "ca",
                "-infile",
                request.toString(),
                "-outfile",
                server.toString(),
                "-ext",
                "san=dns:" + serverName);
        Path chain = directory.resolve("chain.pem");
        Files.writeString(chain, Files.readString(server) + Files.readString(ca));
        keytool("-importcert", "-noprompt", "-alias", "server", "-file", chain.toString());
    }

    private void keytool(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        command.addAll(List.of(arguments));
        command.addAll(List.of("-keystore", store.toString(), "-storepass", PASSWORD));
        if (arguments[0].equals("-genkeypair")) {
            command.addAll(List.of("-keyalg", "EC", "-groupname", "secp256r1", "-validity", "30"));
        }
        Path out = directory.resolve("keytool.out");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(out.toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(out)).isZero();
    }

    /** What the server shows: its certificate and the authority's. */
    SSLContext serverContext() throws GeneralSecurityException, IOException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        keys.deleteEntry("ca");
        KeyManagerFactory factory =
                KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(keys, PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(factory.getKeyManagers(), null, null);
        return context;
    }
}
