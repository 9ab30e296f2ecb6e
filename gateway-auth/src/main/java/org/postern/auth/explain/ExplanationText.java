package org.postern.auth.explain;

import java.util.List;
import java.util.Locale;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.client.ClientAddress;
import org.postern.auth.secondopinion.Opinion;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.net.Ip;

/**
 * Tells an answer to a colleague: what was checked, which record said so, what decided. Everything
 * that a sender wrote is made printable first. Lines end in LF.
 */
public final class ExplanationText {
    private final StringBuilder out = new StringBuilder(2_048);

    private ExplanationText() {}

    /** The text. */
    public static String of(Explanation explanation) {
        ExplanationText text = new ExplanationText();
        text.write(explanation);
        return text.out.toString();
    }

    private void write(Explanation explanation) {
        AuthenticationRequest envelope = explanation.question().envelope();
        AuthenticationOutcome outcome = explanation.outcome();
        envelope(envelope, outcome);
        spf(outcome.verdicts().spf(), envelope);
        spf(outcome.verdicts().heloSpf(), envelope);
        iprev(outcome.verdicts().iprev(), outcome);
        if (explanation.question().message() != null) {
            dkim(outcome.verdicts().dkim());
            arc(outcome.verdicts().arc());
            dmarc(outcome.verdicts().dmarc());
            advice(outcome);
            forged(outcome);
        }
        for (Opinion opinion : explanation.opinions()) {
            heading("Second opinion", opinion.source() + " on " + opinion.subject());
            line(opinion.sentence());
        }
        heading("Header", "");
        for (String field : outcome.traceFields()) {
            for (String line : field.split("\r\n", 0)) {
                line(line);
            }
        }
    }

    private void envelope(AuthenticationRequest envelope, AuthenticationOutcome outcome) {
        String from =
                envelope.from().isEmpty()
                        ? "the null reverse-path <>"
                        : "the reverse-path <" + shown(envelope.from()) + ">";
        heading("Message", "from " + Ip.text(envelope.client()));
        line(
                "It came from "
                        + Ip.text(envelope.client())
                        + ", which called itself "
                        + (envelope.helo().isEmpty() ? "nothing" : shown(envelope.helo()))
                        + ", with "
                        + from
                        + ".");
        if (!outcome.client().equals(envelope.client())) {
            line("SPF and the reverse look-up are about " + Ip.text(outcome.client()) + ":");
        }
        line(sentence(outcome.clientExplanation()));
        if (isImplausible(outcome.verdicts().spf())) {
            line(
                    "Something between the sender and us hides where the message came from. Which"
                            + " it is says what to list under networks:");
            line("  a load balancer that can send PROXY headers: load-balancers");
            line("  a relay of ours, whose Received field tells: trusted-relays");
            line("  hosts of ours that the world knows by another address: secondary");
            line("  a network whose clients really have such addresses: public");
        }
    }

    private static boolean isImplausible(SpfResult spf) {
        return spf.reason().equals(ClientAddress.IMPLAUSIBLE);
    }

    private void spf(SpfResult spf, AuthenticationRequest envelope) {
        boolean helo = spf.identity() == SpfResult.Identity.HELO;
        heading(helo ? "SPF of the HELO name" : "SPF", verdict(spf.result(), spf.reason()));
        String domain = shown(spf.domain());
        if (isImplausible(spf)) {
            line(
                    "Not asked: what "
                            + (domain.isEmpty() ? "the domain" : domain)
                            + " says about that address would say nothing about the sender.");
            return;
        }
        String who =
                helo || envelope.from().isEmpty()
                        ? "the HELO name " + (domain.isEmpty() ? "(none)" : domain)
                        : "the domain of the reverse-path, " + domain;
        line("Checked: " + who + " (RFC 7208).");
        steps(spf.trace());
        line(
                switch (spf.result()) {
                    case PASS -> domain + " lists this client" + by(spf) + ".";
                    case FAIL ->
                            domain + " says that this client may not send for it" + by(spf) + ".";
                    case SOFTFAIL ->
                            domain
                                    + " says that this client probably may not send for it"
                                    + by(spf)
                                    + ".";
                    case NEUTRAL -> domain + " says nothing about this client" + by(spf) + ".";
                    case NONE -> "Nothing can be said: " + spf.reason() + ".";
                    case TEMPERROR -> "It cannot be known now: " + spf.reason() + ".";
                    case PERMERROR ->
                            "The record of " + domain + " cannot be used: " + spf.reason() + ".";
                    case POLICY -> spf.reason() + ".";
                });
        if (spf.lookups() > 0 || spf.nanos() > 0) {
            line(
                    "It took %d of the 10 look-ups allowed, %d of them without an answer, in %.1f ms."
                            .formatted(spf.lookups(), spf.voidLookups(), spf.nanos() / 1e6));
        }
        if (spf.explanation() != null) {
            line("The domain explains: \"" + shown(spf.explanation()) + "\"");
        }
    }

    private static String by(SpfResult spf) {
        String mechanism = spf.mechanism();
        return mechanism == null
                ? ""
                : mechanism.equals("default")
                        ? ", since no term of its record matches"
                        : ", by the term " + shown(mechanism);
    }

    private void iprev(IprevResult iprev, AuthenticationOutcome outcome) {
        heading("Reverse look-up", verdict(iprev.result(), iprev.reason()));
        String name = iprev.name() == null ? "" : shown(iprev.name());
        String address = Ip.text(outcome.client());
        line(
                switch (iprev.result()) {
                    case PASS -> address + " is " + name + ", and " + name + " is that address.";
                    case FAIL ->
                            address + " is named " + name + ", which does not lead back to it.";
                    case PERMERROR -> address + " has no name.";
                    case TEMPERROR -> "The name of " + address + " cannot be known now.";
                    case NONE, NEUTRAL, SOFTFAIL, POLICY ->
                            iprev.reason().equals(ClientAddress.IMPLAUSIBLE)
                                    ? "Not asked, for the same reason."
                                    : "Not asked: " + iprev.reason() + ".";
                });
    }

    private void dkim(List<DkimResult> signatures) {
        heading(
                "DKIM",
                switch (signatures.size()) {
                    case 0 -> "none (dkim.none)";
                    case 1 -> "one signature";
                    default -> signatures.size() + " signatures";
                });
        if (signatures.isEmpty()) {
            line("The message bears no signature.");
        }
        int number = 0;
        for (DkimResult one : signatures) {
            number++;
            StringBuilder text = new StringBuilder();
            text.append(number).append(". ").append(verdict(one.result(), one.reason()));
            if (one.domain() != null) {
                text.append(": d=").append(shown(one.domain()));
            }
            if (one.selector() != null) {
                text.append(" s=").append(shown(one.selector()));
            }
            if (one.algorithm() != null) {
                text.append(", ").append(shown(one.algorithm()));
            }
            if (one.keyBits() > 0) {
                text.append(", ").append(one.keyBits()).append(" bits");
            }
            text.append(one.aligned() ? ", aligned with the author" : ", not aligned");
            text.append(one.testing() ? ", in test (t=y)" : "");
            line(text.toString());
            if (one.detail() != null) {
                line("   " + shown(one.detail()));
            }
            if (one.unsignedBodyBytes() > 0) {
                line("   " + one.unsignedBodyBytes() + " octets of the body are not signed (l=)");
            }
        }
    }

    private void arc(ArcResult arc) {
        heading("ARC", verdict(arc.result(), arc.reason()));
        if (arc.chain() == 0) {
            line("There is no chain.");
        } else {
            line("A chain of " + arc.chain() + ", sealed by " + String.join(", ", arc.sealers()));
        }
        if (arc.trustedResults() != null) {
            line("A trusted sealer says: " + shown(arc.trustedResults()));
        }
    }

    private void dmarc(DmarcResult dmarc) {
        heading("DMARC", verdict(dmarc.result(), dmarc.reason()));
        steps(dmarc.trace());
        line(
                switch (dmarc.result()) {
                    case PASS ->
                            "The author's domain "
                                    + dmarc.authorDomain()
                                    + " is authenticated by "
                                    + String.join(" and ", dmarc.alignedBy())
                                    + ".";
                    case FAIL ->
                            "Neither SPF nor DKIM authenticates the author's domain "
                                    + dmarc.authorDomain()
                                    + ", and its policy is "
                                    + dmarc.disposition().word()
                                    + ".";
                    case NONE ->
                            "No policy applies to "
                                    + (dmarc.authorDomain() == null
                                            ? "the message"
                                            : dmarc.authorDomain())
                                    + ".";
                    case TEMPERROR ->
                            dmarc.reason().contains("spf-implausible")
                                    ? "It cannot be decided: SPF might authenticate the author's"
                                            + " domain, but the client's true address is not known."
                                    : "It cannot be decided now.";
                    case PERMERROR, NEUTRAL, SOFTFAIL, POLICY -> "It cannot be decided.";
                });
    }

    private void advice(AuthenticationOutcome outcome) {
        heading("Advice", outcome.advice().action().name().toLowerCase(Locale.ROOT));
        line(sentence(outcome.advice().explanation()));
        if (!outcome.advice().reason().equals(outcome.verdicts().dmarc().reason())) {
            line("Decided by " + outcome.advice().reason() + ".");
        }
    }

    private void forged(AuthenticationOutcome outcome) {
        int count = outcome.forged().size();
        if (count > 0) {
            heading("Forged", count + (count == 1 ? " field" : " fields") + " in our name");
            line("Left out when the message is relayed (RFC 8601, 5; RFC 7208, 9.1).");
        }
    }

    private void steps(List<String> trace) {
        for (String step : trace) {
            line("  " + shown(step));
        }
    }

    private void heading(String title, String verdict) {
        if (!out.isEmpty()) {
            out.append('\n');
        }
        out.append(title).append(verdict.isEmpty() ? "" : ": " + verdict).append('\n');
    }

    private void line(String text) {
        out.append("  ").append(text).append('\n');
    }

    private static String verdict(AuthResult result, String reason) {
        return result.word() + " (" + reason + ")";
    }

    private static String sentence(String text) {
        return text.isEmpty()
                ? text
                : Character.toUpperCase(text.charAt(0)) + shown(text.substring(1)) + ".";
    }

    /** Text of a sender's without anything that a terminal obeys. */
    private static String shown(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints()
                .map(c ->
                        Character.isISOControl(c)
                                        || Character.getType(c) == Character.FORMAT
                                        || Character.getType(c) == Character.SURROGATE
                                ? '?'
                                : c)
                .forEach(shown::appendCodePoint);
        return shown.toString();
    }
}
