package org.postern.auth.dkim;

/**
 * Writes a signature field: tags one after another, lines folded so that none is long, the value of
 * {@code b=} put in when all else stands. Used by one thread.
 */
public final class FieldWriter {
    private static final int LINE = 78;
    private static final int FIRST_B = 70;
    private static final int FURTHER_B = 72;

    /** A space rather than a tab: dkimpy looks for an ARC instance by {@code " i=1;"}. */
    private static final String FOLD = "\r\n ";

    private final StringBuilder out = new StringBuilder(512);
    private int line;
    private int b = -1;
    private boolean first = true;

    /** A field of this name. */
    public FieldWriter(String name) {
        out.append(name).append(':');
        line = out.length();
    }

    /** Appends a tag; white space in the value may become a line end. */
    public FieldWriter tag(String name, String value) {
        separate(name.length() + 1 + value.length());
        out.append(name).append('=');
        int from = out.length();
        out.append(value);
        line += out.length() - from + name.length() + 1;
        return this;
    }

    /** Appends the tag {@code bh=}. */
    public FieldWriter bodyHash(BodyHash hash) {
        return tag("bh", Base64Text.encode(hash.value()));
    }

    /** Appends the tag {@code h=}, folded at colons. */
    public FieldWriter names(Iterable<String> names) {
        String list = String.join(":", names);
        separate(Math.min(list.length() + 2, LINE));
        out.append("h=");
        line += 2;
        int from = 0;
        while (list.length() - from > LINE - 1 - line) {
            int colon = list.lastIndexOf(':', from + LINE - 2 - line);
            if (colon <= from) {
                colon = list.indexOf(':', from);
                if (colon < 0) {
                    break;
                }
            }
            out.append(list, from, colon + 1).append(FOLD);
            line = 1;
            from = colon + 1;
        }
        out.append(list, from, list.length());
        line += list.length() - from;
        return this;
    }

    /** Marks the place of {@code b=}. */
    public FieldWriter signature() {
        if (!first) {
            out.append(';');
        }
        first = false;
        out.append(FOLD).append("b=");
        b = out.length();
        line = LINE;
        return this;
    }

    private void separate(int length) {
        if (!first) {
            out.append(';');
            line++;
        }
        first = false;
        if (line + 2 + length > LINE) {
            out.append(FOLD);
            line = 1;
        } else {
            out.append(' ');
            line++;
        }
    }

    /** The field with an empty {@code b=}, without a line end: what is signed. */
    public String unsigned() {
        return out.toString();
    }

    /**
     * The whole field, without a line end, the signature on one line: where later signatures cover
     * this field, as in ARC, a line end in it could get lost between here and there.
     */
    public String signedOnOneLine(byte[] signature) {
        return out.substring(0, b) + Base64Text.encode(signature) + out.substring(b);
    }

    /** The whole field, without a line end, the signature folded. */
    public String signed(byte[] signature) {
        String text = Base64Text.encode(signature);
        StringBuilder folded = new StringBuilder(text.length() + 16);
        int from = 0;
        for (int to = FIRST_B; from < text.length(); to += FURTHER_B) {
            folded.append(from == 0 ? "" : FOLD);
            folded.append(text, from, Math.min(to, text.length()));
            from = Math.min(to, text.length());
        }
        return out.substring(0, b) + folded + out.substring(b);
    }
}
