package org.postern.auth;

import java.net.InetAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.Advice;
import org.postern.core.authres.Verdicts;
import org.postern.core.mail.ByteRange;

/**
 * Everything that the checks of one message gave.
 *
 * @param verdicts every method's result
 * @param advice what they ask for, the listed exceptions considered
 * @param client the address that SPF and iprev were about: the connection's, or the one it stands
 *     for behind a trusted relay or in {@code networks.secondary}
 * @param clientExplanation one line for people: where that address comes from, or why it cannot be
 *     a sender's
 * @param authenticationResults our Authentication-Results field's value on one line, without the
 *     field's name
 * @param receivedSpf a Received-SPF field, whole with its CRLF, that belongs above our Received
 *     field (RFC 7208, 9.1), or null where it is not configured
 * @param traceFields the fields to prepend to the message, topmost first, each whole: name, folded
 *     value and CRLF; our ARC set, where one is added, stands above Authentication-Results
 * @param forged Authentication-Results fields in the received content that bear our id, and fields
 *     whose names are ours alone, whole fields with their CRLF, in order: to be left out when
 *     relaying (RFC 8601, 5)
 * @param times how long each method took
 */
public record AuthenticationOutcome(
        Verdicts verdicts,
        Advice advice,
        InetAddress client,
        String clientExplanation,
        String authenticationResults,
        @Nullable String receivedSpf,
        List<String> traceFields,
        List<ByteRange> forged,
        MethodTimes times) {
    public AuthenticationOutcome {
        traceFields = List.copyOf(traceFields);
        forged = List.copyOf(forged);
    }
}
