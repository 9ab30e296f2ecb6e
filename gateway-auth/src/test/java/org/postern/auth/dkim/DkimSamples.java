package org.postern.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.postern.auth.dns.TestDns;
import org.postern.auth.header.HeaderReader;
import org.postern.auth.header.HeaderSection;
import org.postern.core.mail.Domain;

/** Keys, key records and signed messages for tests. Keys are made once. */
public final class DkimSamples {
    /** Signed by default. */
    public static final List<String> NAMES =
            List.of("from", "to", "subject", "date", "message-id", "mime-version", "content-type");

    private static final Map<String, KeyPair> PAIRS = new ConcurrentHashMap<>();

    private DkimSamples() {}

    /** {@code "RSA", 2048} or {@code "Ed25519", 255}. */
    public static KeyPair pair(String kind, int bits) {
        return PAIRS.computeIfAbsent(
                kind + bits,
                k -> {
                    try {
                        KeyPairGenerator generator = KeyPairGenerator.getInstance(kind);
                        generator.initialize(bits);
                        return generator.generateKeyPair();
                    } catch (GeneralSecurityException e) {
                        throw new IllegalStateException(e);
                    }
                });
    }

    /** The key with that domain and selector. */
    public static SigningKey key(String domain, String selector, KeyPair pair) {
        return SigningKey.of(Domain.of(domain), selector, pair.getPrivate());
    }

    /** The record that publishes the pair. */
    public static String record(KeyPair pair) {
        byte[] spki = pair.getPublic().getEncoded();
        if (pair.getPublic() instanceof RSAPublicKey) {
            return "v=DKIM1; k=rsa; p=" + Base64.getEncoder().encodeToString(spki);
        }
        byte[] raw = Arrays.copyOfRange(spki, spki.length - 32, spki.length);
        return "v=DKIM1; k=ed25519; p=" + Base64.getEncoder().encodeToString(raw);
    }

    /** A DNS that publishes the pair at {@code selector._domainkey.domain}. */
    public static TestDns dns(String domain, String selector, KeyPair pair) {
        return TestDns.of().txt(selector + "._domainkey." + domain, record(pair));
    }

    /** A message with a body of about {@code bodyOctets} octets of text. */
    public static String message(int bodyOctets) {
        StringBuilder text = new StringBuilder(bodyOctets + 1024);
        text.append("Received: from mail.example.org (mail.example.org [192.0.2.1])\r\n")
                .append("\tby mx.example.net with ESMTPS id 0123456789\r\n")
                .append("\tfor <b@example.net>; Sat, 21 Nov 2026 10:00:00 +0000\r\n")
                .append("From: Alice <alice@example.org>\r\nTo: Bob <b@example.net>\r\n")
                .append("Subject: The minutes of Friday's meeting\r\n")
                .append("Date: Sat, 21 Nov 2026 10:00:00 +0000\r\n")
                .append("Message-ID: <20261121.1000@example.org>\r\nMIME-Version: 1.0\r\n")
                .append("Content-Type: text/plain; charset=utf-8\r\n\r\n");
        int line = 0;
        int end = text.length() + bodyOctets;
        while (text.length() < end) {
            text.append("Line ")
                    .append(line++)
                    .append(" of what was said, neither short nor long, with a full stop.\r\n");
        }
        return text.toString();
    }

    /** The signature on top of the message. */
    public static String sign(DkimSigner signer, String message) {
        byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
        HeaderReader reader = new HeaderReader();
        int body = reader.accept(octets, 0, octets.length);
        HeaderSection section = reader.finish();
        BodyHashes bodies = new BodyHashes();
        BodyHash hash = signer.requestBody(bodies);
        bodies.write(octets, body, octets.length - body);
        bodies.finish();
        return signer.sign(section, hash) + "\r\n" + message;
    }

    /** {@code bh=} of the message, relaxed. */
    public static String bodyHash(Canonicalization canonicalization, long limit, String message) {
        BodyHashes bodies = new BodyHashes();
        BodyHash hash = bodies.request(canonicalization, SigningAlgorithm.RSA_SHA256, limit);
        byte[] body =
                message.substring(message.indexOf("\r\n\r\n") + 4)
                        .getBytes(StandardCharsets.ISO_8859_1);
        bodies.write(body, 0, body.length);
        bodies.finish();
        return Base64Text.encode(hash.value());
    }

    /**
     * Puts a signature on top of the message whose tags are taken as they are, right or wrong, but
     * for {@code b=}, which must stand last and empty; header fields are relaxed.
     */
    public static String signTags(SigningKey key, List<String> names, String tags, String message) {
        byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
        HeaderReader reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        SigningInput input = new SigningInput(Canonicalization.RELAXED);
        input.appendSelected(reader.finish(), names, -1);
        String field = "DKIM-Signature: " + tags;
        input.appendNew(field);
        return field + Base64Text.encode(key.sign(input)) + "\r\n" + message;
    }
}
