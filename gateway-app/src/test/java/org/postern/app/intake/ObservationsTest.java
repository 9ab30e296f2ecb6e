package org.postern.app.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.postern.core.journal.Ruling;
import org.postern.core.policy.Disposition;
import org.postern.core.policy.Stage;

class ObservationsTest {
    private final Observations seen = new Observations();

    private void hit(Stage stage, String rule) {
        seen.add(stage, new Ruling(Disposition.REJECT, rule, "policy." + rule, "any detail"));
    }

    private static List<String> rules(List<Ruling> rulings) {
        return rulings.stream().map(Ruling::rule).toList();
    }

    @Test
    void whatIsSaidOfTheSessionBelongsToEachOfItsMessages() {
        hit(Stage.CONNECT, "c");
        seen.helo();
        hit(Stage.HELO, "h");
        seen.transaction();
        hit(Stage.MAIL, "m");
        seen.recipient();
        hit(Stage.RCPT, "r");
        seen.recipientTaken();
        hit(Stage.DATA, "d");
        assertThat(rules(seen.ofMessage())).containsExactly("c", "h", "m", "r", "d");
        seen.transaction();
        assertThat(rules(seen.ofMessage())).containsExactly("c", "h");
        assertThat(rules(seen.ofRefusal(Stage.MAIL))).containsExactly("c", "h");
    }

    @Test
    void anotherNameForgetsWhatWasSaidOfTheFirst() {
        hit(Stage.CONNECT, "c");
        hit(Stage.HELO, "h");
        hit(Stage.MAIL, "m");
        seen.helo();
        assertThat(rules(seen.ofRefusal(Stage.HELO))).containsExactly("c");
        assertThat(rules(seen.ofMessage())).containsExactly("c");
    }

    @Test
    void whatIsSaidOfARefusedRecipientStaysWithItsRefusal() {
        hit(Stage.MAIL, "m");
        seen.recipient();
        hit(Stage.RCPT, "taken");
        seen.recipientTaken();
        seen.recipient();
        hit(Stage.RCPT, "refused");
        assertThat(rules(seen.ofRefusal(Stage.RCPT))).containsExactly("m", "refused");
        seen.recipient();
        assertThat(rules(seen.ofRefusal(Stage.RCPT))).containsExactly("m");
        assertThat(rules(seen.ofMessage())).containsExactly("m", "taken");
    }

    @Test
    void aRuleStandsOnceHoweverOftenItHits() {
        for (int i = 0; i < 1_000; i++) {
            seen.add(Stage.RCPT, new Ruling(Disposition.REJECT, "r", "policy.r", "recipient " + i));
            seen.recipientTaken();
            hit(Stage.HELO, "h");
        }
        assertThat(rules(seen.ofMessage())).containsExactly("h", "r");
    }
}
