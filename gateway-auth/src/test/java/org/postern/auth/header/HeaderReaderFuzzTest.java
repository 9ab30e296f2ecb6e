package org.postern.auth.header;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;

/** Any octets, in any blocks, under any limit: the same fields, and never a failure. */
class HeaderReaderFuzzTest {

    @FuzzTest(maxDuration = "5m")
    void fieldsDoNotDependOnBlocks(FuzzedDataProvider data) {
        int step = data.consumeInt(1, 64);
        int limit = data.consumeInt(1, 4096);
        byte[] octets = data.consumeRemainingAsBytes();
        HeaderSection whole = read(octets, Math.max(1, octets.length), limit);
        HeaderSection blocks = read(octets, step, limit);
        // how much of a section that is too long is kept depends on where it was cut
        if (whole.truncated() != blocks.truncated()
                || whole.terminated() != blocks.terminated()
                || whole.bodyOffset() != blocks.bodyOffset()) {
            throw new IllegalStateException("differs by blocks of " + step);
        }
        check(whole, octets);
        check(blocks, octets);
        for (int i = 0; i < whole.count() && !whole.truncated(); i++) {
            if (!whole.field(i).raw().equals(blocks.field(i).raw())) {
                throw new IllegalStateException("field " + i + " differs");
            }
        }
    }

    private static HeaderSection read(byte[] octets, int step, int limit) {
        HeaderReader reader = new HeaderReader(limit);
        int at = 0;
        while (at < octets.length && !reader.complete()) {
            at += reader.accept(octets, at, Math.min(step, octets.length - at));
        }
        return reader.finish();
    }

    private static void check(HeaderSection section, byte[] octets) {
        int at = 0;
        for (HeaderField field : section.fields()) {
            if (field.offset() != at || octets[at] != section.bytes()[at]) {
                throw new IllegalStateException("a gap before field " + field.index());
            }
            at += field.length();
            if (!field.name().isEmpty() && !section.fields(field.name()).contains(field)) {
                throw new IllegalStateException("not found by name: " + field.name());
            }
            if (field.wellFormed() && field.name().isEmpty()) {
                throw new IllegalStateException("well formed without a name");
            }
            field.value();
            field.utf8Value();
        }
        if (section.bodyOffset() > octets.length || at > section.bodyOffset()) {
            throw new IllegalStateException("the body begins at " + section.bodyOffset());
        }
    }
}
