package org.postern.queue.dsn;

import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;

/** The part of a notice that people read. ASCII, lines under 78 characters where we make them. */
final class NoticeText {
    private static final int WIDTH = 76;

    private NoticeText() {}

    static String subject(NoticeEvent event) {
        return switch (event) {
            case FAILED -> "Your message could not be delivered";
            case DELAYED -> "Your message is delayed";
            case DELIVERED -> "Your message was delivered";
            case RELAYED -> "Your message was handed on";
        };
    }

    static String words(NoticeContent content, Domain hostname, EmailAddress postmaster) {
        StringBuilder out = new StringBuilder(512);
        paragraph(out, "This is the mail gateway " + hostname + ".");
        paragraph(out, happened(content.event()));
        for (NoticedRecipient r : content.recipients()) {
            out.append("  ").append(DeliveryStatus.ascii(r.recipient().address().toString()));
            out.append("\r\n");
            if (!r.reply().isEmpty()) {
                String said = DeliveryStatus.ascii(r.reply());
                wrap(out, "    ", said.length() > 800 ? said.substring(0, 800) : said);
            }
            out.append("\r\n");
        }
        paragraph(
                out,
                "Your message is known here as "
                        + content.id()
                        + ". If you need help, write to "
                        + postmaster
                        + " and give this name.");
        return out.toString();
    }

    private static String happened(NoticeEvent event) {
        return switch (event) {
            case FAILED ->
                    "Your message was not delivered to the addresses below, and will not be tried"
                            + " again. The reason is given with each.";
            case DELAYED ->
                    "Your message waits for the addresses below. You need do nothing: it is tried"
                            + " again, and you will hear if it fails.";
            case DELIVERED -> "Your message was delivered to the addresses below.";
            case RELAYED ->
                    "Your message was handed on to the addresses below. The system that has it now"
                            + " sends no notices of its own.";
        };
    }

    private static void paragraph(StringBuilder out, String text) {
        wrap(out, "", text);
        out.append("\r\n");
    }

    private static void wrap(StringBuilder out, String indent, String text) {
        int column = 0;
        for (String word : text.split(" ", -1)) {
            if (column > 0 && column + 1 + word.length() > WIDTH) {
                out.append("\r\n");
                column = 0;
            }
            if (column == 0) {
                out.append(indent);
                column = indent.length();
            } else {
                out.append(' ');
                column++;
            }
            out.append(word);
            column += word.length();
        }
        out.append("\r\n");
    }
}
