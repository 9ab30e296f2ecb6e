package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/** Certificates of these tests, signed by themselves, made by OpenSSL. */
final class Certificates {
    private static final List<String> ECDSA = List.of("ec", "-pkeyopt", "ec_paramgen_curve:P-256");

    private Certificates() {}

    /** Writes {@code NAME-chain.pem} and {@code NAME-key.pem} with an ECDSA key on P-256. */
    static void ecdsa(Path folder, String name, String host) {
        ecdsa(folder, name, host, 2);
    }

    /** The same, good for a number of days. */
    static void ecdsa(Path folder, String name, String host, int days) {
        make(folder, name, host, "DNS:" + host, days, ECDSA);
    }

    /** Writes {@code NAME-chain.pem} and {@code NAME-key.pem} with an RSA key of 2,048 bits. */
    static void rsa(Path folder, String name, String host) {
        make(folder, name, host, "DNS:" + host, 2, List.of("rsa:2048"));
    }

    /** The same for a server that is called by its address. */
    static void rsaOfAddress(Path folder, String name, String ip) {
        make(folder, name, ip, "IP:" + ip, 2, List.of("rsa:2048"));
    }

    private static void make(
            Path folder, String name, String cn, String altName, int days, List<String> key) {
        List<String> command = new ArrayList<>(List.of(Peers.path("openssl"), "req", "-x509"));
        command.add("-newkey");
        command.addAll(key);
        command.addAll(List.of("-nodes", "-days", Integer.toString(days), "-subj", "/CN=" + cn));
        command.addAll(List.of("-addext", "subjectAltName=" + altName));
        command.addAll(List.of("-keyout", folder.resolve(name + "-key.pem").toString()));
        command.addAll(List.of("-out", folder.resolve(name + "-chain.pem").toString()));
        Program.Result openssl = Program.run(new byte[0], Map.of(), command);
        assertThat(openssl.exitCode()).as(openssl.all()).isZero();
    }

    /** A client's side that takes any certificate. */
    static SSLContext trustingAny() {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    null,
                    new TrustManager[] {
                        new X509TrustManager() {
                            @Override
                            public void checkClientTrusted(X509Certificate[] chain, String type) {}

                            @Override
                            public void checkServerTrusted(X509Certificate[] chain, String type) {}

                            @Override
                            public X509Certificate[] getAcceptedIssuers() {
                                return new X509Certificate[0];
                            }
                        }
                    },
                    new SecureRandom());
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
