package org.postern.smtp.session;

import java.util.Optional;

/**
 * What was agreed in a TLS handshake, for Received and the log.
 *
 * @param version such as {@code TLSv1.3}
 * @param cipher the suite, such as {@code TLS_AES_256_GCM_SHA384}
 * @param serverName the name the client asked for by SNI
 * @param clientSubject the subject of the client's certificate, which is not verified; empty when
 *     it sent none
 */
public record TlsDetails(
        String version,
        String cipher,
        Optional<String> serverName,
        Optional<String> clientSubject) {}
