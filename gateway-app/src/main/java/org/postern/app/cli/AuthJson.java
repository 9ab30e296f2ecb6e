package org.postern.app.cli;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.explain.Explanation;
import org.postern.auth.secondopinion.Opinion;
import org.postern.core.authres.ArcResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.DmarcResult;
import org.postern.core.authres.IprevResult;
import org.postern.core.authres.SpfResult;
import org.postern.core.net.Ip;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The JSON objects of {@code postern auth}; their names are fixed. */
final class AuthJson {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private AuthJson() {}

    /** The answer on one line, without a line end. */
    static String answer(@Nullable String id, Explanation explanation) {
        AuthenticationOutcome outcome = explanation.outcome();
        ObjectNode out = NODES.objectNode();
        if (id != null) {
            out.put("id", id);
        }
        out.set("spf", spf(outcome.verdicts().spf()));
        out.set("helo_spf", spf(outcome.verdicts().heloSpf()));
        out.set("iprev", iprev(outcome.verdicts().iprev()));
        ArrayNode dkim = out.putArray("dkim");
        outcome.verdicts().dkim().forEach(one -> dkim.add(dkim(one)));
        out.set("arc", arc(outcome.verdicts().arc()));
        out.set("dmarc", dmarc(outcome.verdicts().dmarc()));
        ObjectNode advice = out.putObject("advice");
        advice.put("action", lower(outcome.advice().action()));
        advice.put("reason", outcome.advice().reason());
        advice.put("explanation", outcome.advice().explanation());
        ObjectNode client = out.putObject("client");
        client.put("address", Ip.text(outcome.client()));
        client.put("explanation", outcome.clientExplanation());
        out.put("forged", outcome.forged().size());
        out.put("authentication_results", outcome.authenticationResults());
        if (!explanation.opinions().isEmpty()) {
            out.set("second_opinion", opinions(explanation.opinions()));
        }
        return JsonMapper.shared().writeValueAsString(out);
    }

    /** What is said where a line could not be evaluated. */
    static String error(@Nullable String id, String message) {
        ObjectNode out = NODES.objectNode();
        out.put("id", id);
        out.put("error", message);
        return JsonMapper.shared().writeValueAsString(out);
    }

    private static ObjectNode spf(SpfResult spf) {
        ObjectNode out = NODES.objectNode();
        out.put("result", spf.result().word());
        out.put("identity", spf.identity().word());
        out.put("domain", spf.domain());
        out.put("mechanism", spf.mechanism());
        out.put("reason", spf.reason());
        out.put("explanation", spf.explanation());
        out.put("lookups", spf.lookups());
        out.put("void_lookups", spf.voidLookups());
        out.put("seconds", spf.nanos() / 1e9);
        trace(out, spf.trace());
        return out;
    }

    private static ObjectNode iprev(IprevResult iprev) {
        ObjectNode out = NODES.objectNode();
        out.put("result", iprev.result().word());
        out.put("name", iprev.name());
        out.put("reason", iprev.reason());
        return out;
    }

    private static ObjectNode dkim(DkimResult dkim) {
        ObjectNode out = NODES.objectNode();
        out.put("result", dkim.result().word());
        out.put("domain", dkim.domain());
        out.put("selector", dkim.selector());
        out.put("algorithm", dkim.algorithm());
        out.put("key_bits", dkim.keyBits());
        out.put("aligned", dkim.aligned());
        out.put("reason", dkim.reason());
        out.put("testing", dkim.testing());
        out.put("unsigned_body_bytes", dkim.unsignedBodyBytes());
        out.put("detail", dkim.detail());
        return out;
    }

    private static ObjectNode arc(ArcResult arc) {
        ObjectNode out = NODES.objectNode();
        out.put("result", arc.result().word());
        out.put("chain", arc.chain());
        out.put("reason", arc.reason());
        ArrayNode sealers = out.putArray("sealers");
        arc.sealers().forEach(sealers::add);
        out.put("oldest_pass", arc.oldestPass());
        return out;
    }

    private static ObjectNode dmarc(DmarcResult dmarc) {
        DmarcResult.Policy policy = dmarc.policy();
        ObjectNode out = NODES.objectNode();
        out.put("result", dmarc.result().word());
        out.put("author_domain", dmarc.authorDomain());
        out.put("policy_domain", dmarc.policyDomain());
        out.put("org_domain", dmarc.organizationalDomain());
        out.put("policy", policy == null ? null : policy.word());
        out.put("disposition", dmarc.disposition().word());
        ArrayNode aligned = out.putArray("aligned_by");
        dmarc.alignedBy().forEach(aligned::add);
        out.put("reason", dmarc.reason());
        trace(out, dmarc.trace());
        return out;
    }

    private static ArrayNode opinions(List<Opinion> opinions) {
        ArrayNode out = NODES.arrayNode();
        for (Opinion one : opinions) {
            ObjectNode opinion = out.addObject();
            opinion.put("source", one.source());
            opinion.put("subject", one.subject());
            opinion.put("result", one.result());
            opinion.put("ours", one.ours());
            opinion.put("agrees", one.agrees());
            opinion.put("reason", one.reason());
            opinion.put("detail", one.detail());
        }
        return out;
    }

    private static void trace(ObjectNode out, List<String> lines) {
        ArrayNode trace = out.putArray("trace");
        lines.forEach(trace::add);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
