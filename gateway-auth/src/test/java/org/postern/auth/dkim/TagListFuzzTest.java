package org.postern.auth.dkim;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;

/** Tag lists and key records: read or refused, never a failure; what was read can be read again. */
class TagListFuzzTest {

    @FuzzTest(maxDuration = "5m")
    void aListIsReadOrRefused(FuzzedDataProvider data) {
        String text = new String(data.consumeRemainingAsBytes(), StandardCharsets.ISO_8859_1);
        if (DkimKey.parse(text) instanceof DkimKey.Parsed.Usable usable
                && usable.key().bits() < 256) {
            throw new IllegalStateException("a key of " + usable.key().bits() + " bits");
        }
        TagList tags;
        try {
            tags = TagList.parse(text);
        } catch (TagSyntaxException e) {
            return;
        }
        StringBuilder again = new StringBuilder();
        for (String name : tags.names()) {
            int from = tags.valueStart(name);
            int to = tags.valueEnd(name);
            if (text.charAt(from - 1) != '=' || to < from || to > text.length()) {
                throw new IllegalStateException("the value of " + name + " is not in the text");
            }
            if (!text.substring(from, to).contains(String.valueOf(tags.get(name)))) {
                throw new IllegalStateException("the value of " + name + " is another");
            }
            again.append(name).append('=').append(tags.get(name)).append(';');
        }
        try {
            if (!TagList.parse(again.toString()).names().equals(tags.names())) {
                throw new IllegalStateException("read differently: " + again);
            }
        } catch (TagSyntaxException e) {
            throw new IllegalStateException("cannot be read again: " + again, e);
        }
    }
}
