package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.postern.core.mail.QueueId;

class RecentMessagesTest {
    private static RecentMessages.Step step(String text) {
        return new RecentMessages.Step(Instant.EPOCH, text, RecentMessages.Progress.UNDER_WAY);
    }

    @Test
    void tellsAStoryInOrder() {
        RecentMessages recent = new RecentMessages();
        recent.add(new QueueId(1), step("checked"));
        recent.add(new QueueId(1), step("delivered"));
        assertThat(recent.story(new QueueId(1)))
                .extracting(RecentMessages.Step::text)
                .containsExactly("checked", "delivered");
    }

    @Test
    void forgetsTheOldestFirst() {
        RecentMessages recent = new RecentMessages();
        for (int i = 1; i <= RecentMessages.CAPACITY + 1; i++) {
            recent.add(new QueueId(i), step("checked"));
        }
        assertThat(recent.story(new QueueId(1))).isEmpty();
        assertThat(recent.story(new QueueId(2))).hasSize(1);
    }
}
