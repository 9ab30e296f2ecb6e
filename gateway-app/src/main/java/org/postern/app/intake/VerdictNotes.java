package org.postern.app.intake;

import org.postern.app.text.Json;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.DkimResult;
import org.postern.core.authres.Verdicts;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Verdicts in the short form that the spool keeps with a message and the log shows. */
final class VerdictNotes {
    private VerdictNotes() {}

    /** The object {@code verdicts} of a queue entry. */
    static String json(Verdicts verdicts) {
        ObjectNode out = Json.MAPPER.createObjectNode();
        method(out, "spf", verdicts.spf().result(), verdicts.spf().reason())
                .put("domain", verdicts.spf().domain());
        method(out, "helo_spf", verdicts.heloSpf().result(), verdicts.heloSpf().reason())
                .put("domain", verdicts.heloSpf().domain());
        method(out, "iprev", verdicts.iprev().result(), verdicts.iprev().reason())
                .put("name", verdicts.iprev().name());
        ArrayNode dkim = out.putArray("dkim");
        for (DkimResult one : verdicts.dkim()) {
            ObjectNode signature = dkim.addObject();
            signature.put("result", one.result().word());
            signature.put("domain", one.domain());
            signature.put("selector", one.selector());
            signature.put("aligned", one.aligned());
            signature.put("reason", one.reason());
        }
        method(out, "arc", verdicts.arc().result(), verdicts.arc().reason())
                .put("chain", verdicts.arc().chain());
        method(out, "dmarc", verdicts.dmarc().result(), verdicts.dmarc().reason())
                .put("author_domain", verdicts.dmarc().authorDomain())
                .put("disposition", verdicts.dmarc().disposition().word());
        return Json.MAPPER.writeValueAsString(out);
    }

    private static ObjectNode method(
            ObjectNode out, String name, AuthResult result, String reason) {
        return out.putObject(name).put("result", result.word()).put("reason", reason);
    }
}
