package org.postern.app.journal;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.authres.Verdicts;
import org.postern.core.journal.Evidence;
import org.postern.core.journal.Hop;
import org.postern.core.net.Ip;

/**
 * The column {@code evidence.detail}: one JSON object that says what each method found and on what.
 * Nothing in it is of one message alone, so that the mail of one sender shares one row. Written by
 * hand because the writer makes one for each message.
 */
final class EvidenceJson {
    private EvidenceJson() {}

    /** The object; {@code dns} are numbers of rows of the table dns. */
    static String of(Evidence evidence, int[] dns) {
        Verdicts v = evidence.verdicts();
        StringBuilder out = new StringBuilder(640);
        out.append("{\"client\":");
        string(out, Ip.text(evidence.checked()));
        if (v.spf().reason().startsWith("client-address.") || !evidence.hops().isEmpty()) {
            field(out, "explanation", evidence.explanation());
        }
        out.append(",\"spf\":");
        spf(out, v.spf());
        out.append(",\"helo_spf\":");
        spf(out, v.heloSpf());
        out.append(",\"iprev\":");
        result(out, v.iprev().result(), v.iprev().reason());
        field(out, "name", v.iprev().name());
        out.append("},\"dkim\":[");
        for (int i = 0; i < v.dkim().size(); i++) {
            out.append(i == 0 ? "" : ",");
            dkim(out, v.dkim().get(i));
        }
        out.append("],\"arc\":");
        result(out, v.arc().result(), v.arc().reason());
        out.append(",\"chain\":").append(v.arc().chain());
        list(out, "sealers", v.arc().sealers());
        field(out, "trusted_results", v.arc().trustedResults());
        out.append("},\"dmarc\":");
        dmarc(out, v.dmarc());
        out.append(",\"dns\":[");
        for (int i = 0; i < dns.length; i++) {
            out.append(i == 0 ? "" : ",").append(dns[i]);
        }
        out.append(']');
        if (!evidence.hops().isEmpty()) {
            out.append(",\"hops\":[");
            for (int i = 0; i < evidence.hops().size(); i++) {
                Hop hop = evidence.hops().get(i);
                out.append(i == 0 ? "{" : ",{").append("\"client\":");
                string(out, Ip.text(hop.address()));
                field(out, "helo", hop.helo());
                out.append('}');
            }
            out.append(']');
        }
        return out.append('}').toString();
    }

    private static void spf(StringBuilder out, SpfResult spf) {
        result(out, spf.result(), spf.reason());
        field(out, "domain", spf.domain());
        field(out, "mechanism", spf.mechanism());
        out.append('}');
    }

    private static void dkim(StringBuilder out, DkimResult one) {
        result(out, one.result(), one.reason());
        field(out, "domain", one.domain());
        field(out, "selector", one.selector());
        field(out, "algorithm", one.algorithm());
        out.append(",\"key_bits\":").append(one.keyBits());
        out.append(",\"aligned\":").append(one.aligned());
        if (one.testing()) {
            out.append(",\"testing\":true");
        }
        if (one.unsignedBodyBytes() > 0) {
            out.append(",\"partly_signed\":true");
        }
        out.append('}');
    }

    private static void dmarc(StringBuilder out, DmarcResult dmarc) {
        result(out, dmarc.result(), dmarc.reason());
        field(out, "author_domain", dmarc.authorDomain());
        if (dmarc.authorDomains().size() > 1) {
            list(out, "author_domains", dmarc.authorDomains());
        }
        field(out, "policy_domain", dmarc.policyDomain());
        field(out, "org_domain", dmarc.organizationalDomain());
        field(out, "policy", dmarc.policy() == null ? null : dmarc.policy().word());
        field(out, "disposition", dmarc.disposition().word());
        list(out, "aligned_by", dmarc.alignedBy());
        out.append('}');
    }

    private static void result(StringBuilder out, AuthResult result, String reason) {
        out.append("{\"result\":\"").append(result.word()).append("\",\"reason\":");
        string(out, reason);
    }

    private static void list(StringBuilder out, String name, List<String> values) {
        if (!values.isEmpty()) {
            out.append(",\"").append(name).append("\":");
            out.append(array(values));
        }
    }

    /** A JSON array of texts. */
    static String array(List<String> values) {
        StringBuilder out = new StringBuilder("[");
        for (int i = 0; i < values.size(); i++) {
            out.append(i == 0 ? "" : ",");
            string(out, values.get(i));
        }
        return out.append(']').toString();
    }

    private static void field(StringBuilder out, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) {
            out.append(",\"").append(name).append("\":");
            string(out, value);
        }
    }

    /** A JSON string (RFC 8259, 7). */
    static void string(StringBuilder out, String value) {
        out.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20 || Character.isSurrogate(c)) {
                out.append("\\u");
                for (int shift = 12; shift >= 0; shift -= 4) {
                    out.append(Character.forDigit(c >> shift & 0xf, 16));
                }
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
