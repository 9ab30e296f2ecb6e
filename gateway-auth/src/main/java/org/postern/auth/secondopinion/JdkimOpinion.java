package org.postern.auth.secondopinion;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.james.jdkim.DKIMVerifier;
import org.apache.james.jdkim.api.SignatureRecord;
import org.apache.james.jdkim.exceptions.FailException;
import org.apache.james.jdkim.exceptions.PermFailException;
import org.apache.james.jdkim.exceptions.TempFailException;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dns.DnsAnswer;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.dns.DnsName;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;

/** jDKIM's opinion: whether any signature verifies. For one message. */
final class JdkimOpinion {
    private static final String SOURCE = "jDKIM";
    private static final String SUBJECT = "dkim";

    private final DnsClient dns;
    private final DnsBudget budget;

    JdkimOpinion(DnsClient dns, DnsBudget budget) {
        this.dns = dns;
        this.budget = budget;
    }

    Opinion on(byte[] message, List<DkimResult> ours) {
        String our = word(ours);
        String their;
        String said = "";
        try {
            DKIMVerifier verifier = new DKIMVerifier(this::keys);
            List<SignatureRecord> verified = verifier.verify(new ByteArrayInputStream(message));
            their = verified == null ? "none" : verified.isEmpty() ? "fail" : "pass";
        } catch (TempFailException e) {
            their = "temperror";
            said = printable(e.getMessage());
        } catch (FailException | IOException e) {
            their = "fail";
            said = printable(e.getMessage());
        } catch (RuntimeException e) {
            return new Opinion(
                    SOURCE,
                    SUBJECT,
                    "error",
                    our,
                    false,
                    "jdkim.exception",
                    "it fails with " + e.getClass().getSimpleName());
        }
        boolean agrees = their.equals(our);
        String reason = agrees ? "agree" : reason(ours, message, their);
        return new Opinion(SOURCE, SUBJECT, their, our, agrees, reason, said);
    }

    /** Ours in its terms: pass if any passes, fail if none does, none without a signature. */
    private static String word(List<DkimResult> ours) {
        if (ours.isEmpty()) {
            return "none";
        }
        if (ours.stream().anyMatch(r -> r.result() == AuthResult.PASS)) {
            return "pass";
        }
        return ours.stream().allMatch(r -> r.result() == AuthResult.TEMPERROR)
                ? "temperror"
                : "fail";
    }

    /** Why it may differ: what jDKIM is known not to do. */
    private static String reason(List<DkimResult> ours, byte[] message, String their) {
        boolean theyPass = their.equals("pass");
        for (DkimResult one : ours) {
            boolean pass = one.result() == AuthResult.PASS;
            String algorithm = one.algorithm() == null ? "" : one.algorithm();
            if (pass && algorithm.startsWith("ed25519")) {
                return "jdkim.no-ed25519";
            }
            if (theyPass && algorithm.equals("rsa-sha1")) {
                return "jdkim.accepts-sha1";
            }
            if (theyPass && one.keyBits() > 0 && one.keyBits() < 1_024) {
                return "jdkim.accepts-short-keys";
            }
            if (theyPass && one.result() == AuthResult.POLICY) {
                return "jdkim.no-policy";
            }
        }
        return hasEmptyBody(message) ? "jdkim.empty-body" : "unexplained";
    }

    private static boolean hasEmptyBody(byte[] message) {
        String text = new String(message, StandardCharsets.ISO_8859_1);
        int end = text.indexOf("\r\n\r\n");
        return end < 0 || text.substring(end).isBlank();
    }

    private List<String> keys(CharSequence methods, CharSequence selector, CharSequence token)
            throws TempFailException, PermFailException {
        Optional<DnsName> name = DnsName.parse(selector + "._domainkey." + token);
        if (name.isEmpty()) {
            throw new PermFailException("no such name");
        }
        List<String> texts = new ArrayList<>();
        switch (dns.txt(name.get(), budget)) {
            case DnsAnswer.Found<byte[]> found ->
                    found.records()
                            .forEach(r -> texts.add(new String(r, StandardCharsets.ISO_8859_1)));
            case DnsAnswer.NoData<byte[]> _, DnsAnswer.NxDomain<byte[]> _ -> {
                // an empty list says that there is no key
            }
            case DnsAnswer.TempError<byte[]> error -> throw new TempFailException(error.detail());
        }
        return texts;
    }

    private static String printable(@Nullable String text) {
        return text == null ? "" : text.replaceAll("[^\\x20-\\x7e]", "?");
    }
}
