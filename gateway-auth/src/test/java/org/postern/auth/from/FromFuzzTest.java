package org.postern.auth.from;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import org.postern.auth.from.Authors.Dubious;
import org.postern.auth.from.Authors.OneDomain;
import org.postern.auth.from.Authors.SeveralDomains;
import org.postern.auth.header.HeaderReader;

/** Any header section: one answer, bounded, and no author that the octets do not hold. */
class FromFuzzTest {
    @FuzzTest(maxDuration = "5m")
    void anyHeaderGivesAnAnswer(FuzzedDataProvider data) {
        boolean whole = data.consumeBoolean();
        byte[] octets = data.consumeRemainingAsBytes();
        Authors authors;
        if (whole) {
            HeaderReader reader = new HeaderReader();
            reader.accept(octets, 0, octets.length);
            authors = AuthorExtractor.extract(reader.finish());
        } else {
            authors = AuthorExtractor.parse(new String(octets, StandardCharsets.ISO_8859_1));
        }
        boolean good =
                switch (authors) {
                    case OneDomain one -> !one.domain().ascii().isEmpty();
                    case SeveralDomains several ->
                            several.domains().size() > 1
                                    && several.domains().size() <= AuthorExtractor.MAX_DOMAINS;
                    case Dubious dubious -> !dubious.remarks().isEmpty();
                };
        if (!good) {
            throw new AssertionError(authors);
        }
    }
}
