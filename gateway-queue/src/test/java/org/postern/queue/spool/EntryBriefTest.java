package org.postern.queue.spool;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;

class EntryBriefTest {
    private static EntryBrief brief(String domains, int sender, int senderDomain, int recipient) {
        return new EntryBrief(
                new QueueId(1),
                EntryState.QUEUED,
                false,
                0,
                0,
                1,
                domains,
                sender,
                senderDomain,
                recipient);
    }

    @Test
    void rulesOutWhatCannotBeWhateverTheCase() {
        EntryBrief brief =
                brief(
                        "a.example,b.example",
                        Fingerprint.of("Me@Example.ORG"),
                        Fingerprint.ofDomain("Me@Example.ORG"),
                        Fingerprint.of("you@a.example"));
        assertThat(brief.mayBeFrom("me@example.org")).isTrue();
        assertThat(brief.mayBeFrom("")).isFalse();
        assertThat(brief.mayBeFrom("him@example.org")).isFalse();
        assertThat(brief.mayBeFromDomain("example.org")).isTrue();
        assertThat(brief.mayBeFromDomain("example.net")).isFalse();
        assertThat(brief.mayBeTo("YOU@a.example")).isTrue();
        assertThat(brief.mayBeTo("me@a.example")).isFalse();
    }

    @Test
    void givesTextsThatAreEqualButForCaseOneFingerprint() {
        for (char a = 0; a < 0x3000; a++) {
            for (char b : new char[] {Character.toLowerCase(a), Character.toUpperCase(a)}) {
                String one = "x" + a;
                String other = "X" + b;
                if (one.equalsIgnoreCase(other)) {
                    assertThat(Fingerprint.of(one)).isEqualTo(Fingerprint.of(other));
                }
            }
        }
        assertThat(Fingerprint.of("\u017f")).isEqualTo(Fingerprint.of("S"));
        assertThat(Fingerprint.of("\u212a")).isEqualTo(Fingerprint.of("k"));
        assertThat(Fingerprint.of("a")).isNotEqualTo(Fingerprint.of("b"));
    }

    @Test
    void comparesWholeDomains() {
        EntryBrief brief = brief("a.example,sub.b.example", 0, 0, 0);
        assertThat(brief.mayBeToDomain("a.example")).isTrue();
        assertThat(brief.mayBeToDomain("sub.b.example")).isTrue();
        assertThat(brief.mayBeToDomain("b.example")).isFalse();
        assertThat(brief.mayBeToDomain("a.exam")).isFalse();
    }

    @Test
    void aRecipientsOwnDownstreamIsNoDomainAndHidesNone() {
        EntryBrief brief = brief("a.example>west.example,b.example", 0, 0, 0);
        assertThat(brief.mayBeToDomain("a.example")).isTrue();
        assertThat(brief.mayBeToDomain("b.example")).isTrue();
        assertThat(brief.mayBeToDomain("west.example")).isFalse();
    }

    @Test
    void rulesNothingOutThatItDoesNotKnow() {
        EntryBrief brief = brief("", 0, 0, 0);
        assertThat(brief.mayBeFrom("x@example.org")).isTrue();
        assertThat(brief.mayBeFromDomain("example.org")).isTrue();
        assertThat(brief.mayBeTo("x@example.org")).isTrue();
        assertThat(brief.mayBeToDomain("example.org")).isTrue();
    }
}
