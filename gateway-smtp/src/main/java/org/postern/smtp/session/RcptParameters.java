package org.postern.smtp.session;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.DsnNotify;

/** The parameters of RCPT: NOTIFY, ORCPT. */
final class RcptParameters {
    private static final int MAX_ORIGINAL_RECIPIENT = 500; // RFC 3461, 4.2
    private static final Set<String> KNOWN = Set.of("NOTIFY", "ORCPT");

    private RcptParameters() {}

    static Command apply(ParsedPath path, Parameters parameters, CommandParser.Offered offered) {
        Map<String, String> values = parameters.values();
        Command unknown = CommandParser.rejectUnknown("RCPT", values, KNOWN, offered);
        if (unknown != null) {
            return unknown;
        }
        String notify = values.get("NOTIFY");
        Set<DsnNotify> conditions = notify == null ? Set.of() : conditions(notify);
        if (conditions == null) {
            return bad("NOTIFY must be NEVER, or a list of SUCCESS,FAILURE,DELAY (RFC 3461, 4.1)");
        }
        String original = values.get("ORCPT");
        if (original != null && !isOriginalRecipient(original)) {
            return bad("ORCPT must be type;xtext, at most 500 characters (RFC 3461, 4.2)");
        }
        return new Command.Rcpt(path.address(), path.international(), conditions, original);
    }

    private static Command bad(String text) {
        return CommandParser.faulty("RCPT", 501, "5.5.4", text);
    }

    private static @Nullable Set<DsnNotify> conditions(String value) {
        Set<DsnNotify> out = EnumSet.noneOf(DsnNotify.class);
        for (String word : value.split(",", -1)) {
            DsnNotify condition = condition(word);
            if (condition == null || !out.add(condition)) {
                return null;
            }
        }
        return out.contains(DsnNotify.NEVER) && out.size() > 1 ? null : out;
    }

    private static @Nullable DsnNotify condition(String word) {
        for (DsnNotify condition : DsnNotify.values()) {
            if (Ascii.is(condition.name(), word)) {
                return condition;
            }
        }
        return null;
    }

    private static boolean isOriginalRecipient(String s) {
        int semicolon = s.indexOf(';');
        if (semicolon < 1 || semicolon == s.length() - 1 || s.length() > MAX_ORIGINAL_RECIPIENT) {
            return false;
        }
        String type = s.substring(0, semicolon);
        if (!type.chars()
                .allMatch(
                        c -> (c < 0x80 && Character.isLetterOrDigit(c)) || c == '-' || c == '.')) {
            return false;
        }
        String address = s.substring(semicolon + 1);
        return Ascii.is("utf-8", type)
                ? address.chars().allMatch(c -> c > ' ' && c != 0x7f) // RFC 6533, 3
                : Xtext.decode(address) != null;
    }
}
