package org.postern.queue.dsn;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.Recipient;
import org.postern.core.mail.ReversePath;
import org.postern.core.time.ManualTimeSource;
import org.postern.queue.dsn.NoticeDecision.Hold;
import org.postern.queue.dsn.NoticeDecision.Reason;
import org.postern.queue.dsn.NoticeDecision.Send;
import org.postern.queue.dsn.NoticeDecision.Silent;
import org.postern.queue.dsn.NoticePolicy.Facts;

/** Who is told, and who is not. */
class NoticePolicyTest {
    private static final EmailAddress SENDER = EmailAddress.of("sender@example.org");
    private static final Recipient PLAIN = Recipient.of(EmailAddress.of("a@example.net"));
    private static final Recipient NEVER = noted("b@example.net", DsnNotify.NEVER);
    private static final Recipient SUCCESS = noted("c@example.net", DsnNotify.SUCCESS);
    private static final Recipient FAILURE = noted("d@example.net", DsnNotify.FAILURE);

    private final ManualTimeSource time =
            new ManualTimeSource(Instant.parse("2026-11-21T10:00:00Z"));

    private static Recipient noted(String address, DsnNotify notify) {
        return new Recipient(EmailAddress.of(address), Set.of(notify), null);
    }

    private static Facts facts(SenderAuthentication authentication) {
        return new Facts(ReversePath.of(SENDER), authentication, false);
    }

    private NoticePolicy policy(NoticeSettings settings) {
        return new NoticePolicy(settings, new NoticeBudget(settings, time));
    }

    private NoticePolicy policy() {
        return policy(NoticeSettings.defaults());
    }

    @ParameterizedTest
    @EnumSource(
            value = SenderAuthentication.class,
            names = {"SPF", "DKIM", "LOCAL"})
    void anAuthenticatedSenderIsToldOfAFailure(SenderAuthentication authentication) {
        assertThat(policy().decide(facts(authentication), NoticeEvent.FAILED, List.of(PLAIN)))
                .isEqualTo(new Send(List.of(PLAIN)));
    }

    @Test
    void nobodyIsToldWhereNothingVouchesForTheSender() {
        assertThat(
                        policy().decide(
                                        facts(SenderAuthentication.NONE),
                                        NoticeEvent.FAILED,
                                        List.of(PLAIN, FAILURE)))
                .isEqualTo(new Hold(Reason.UNAUTHENTICATED));
    }

    @ParameterizedTest
    @EnumSource(NoticeEvent.class)
    void aNoticeIsNeverAnsweredByANotice(NoticeEvent event) {
        NoticeDecision decision =
                policy().decide(
                                new Facts(
                                        ReversePath.Null.INSTANCE, SenderAuthentication.SPF, false),
                                event,
                                List.of(PLAIN));
        assertThat(decision)
                .isEqualTo(
                        event == NoticeEvent.FAILED
                                ? new Hold(Reason.NULL_SENDER)
                                : new Silent(Reason.NULL_SENDER));
    }

    @Test
    void whatCouldHaveBeenRefusedInSessionIsHeld() {
        assertThat(
                        policy().decide(
                                        new Facts(
                                                ReversePath.of(SENDER),
                                                SenderAuthentication.SPF,
                                                true),
                                        NoticeEvent.FAILED,
                                        List.of(PLAIN)))
                .isEqualTo(new Hold(Reason.REJECTABLE));
    }

    @Test
    void notifyDecidesForEachRecipient() {
        assertThat(
                        policy().decide(
                                        facts(SenderAuthentication.SPF),
                                        NoticeEvent.FAILED,
                                        List.of(PLAIN, NEVER, SUCCESS, FAILURE)))
                .isEqualTo(new Send(List.of(PLAIN, FAILURE)));
        assertThat(
                        policy().decide(
                                        facts(SenderAuthentication.SPF),
                                        NoticeEvent.RELAYED,
                                        List.of(PLAIN, NEVER, SUCCESS, FAILURE)))
                .isEqualTo(new Send(List.of(SUCCESS)));
        assertThat(
                        policy().decide(
                                        facts(SenderAuthentication.SPF),
                                        NoticeEvent.FAILED,
                                        List.of(NEVER)))
                .isEqualTo(new Silent(Reason.NOT_ASKED));
    }

    @Test
    void delaysAreNotToldUnlessSwitchedOn() {
        assertThat(
                        policy().decide(
                                        facts(SenderAuthentication.SPF),
                                        NoticeEvent.DELAYED,
                                        List.of(PLAIN)))
                .isEqualTo(new Silent(Reason.SWITCHED_OFF));
        assertThat(
                        policy(new NoticeSettings(true, true, true, 10, 10))
                                .decide(
                                        facts(SenderAuthentication.SPF),
                                        NoticeEvent.DELAYED,
                                        List.of(PLAIN)))
                .isEqualTo(new Send(List.of(PLAIN)));
    }

    @Test
    void budgetsHoldForAnHourOfTheMonotonicClock() {
        NoticePolicy policy = policy(new NoticeSettings(true, false, true, 3, 2));
        Facts other =
                new Facts(
                        ReversePath.of(EmailAddress.of("other@example.org")),
                        SenderAuthentication.DKIM,
                        false);
        List<Recipient> about = List.of(PLAIN);
        Facts sender = facts(SenderAuthentication.SPF);
        assertThat(policy.decide(sender, NoticeEvent.FAILED, about)).isInstanceOf(Send.class);
        assertThat(policy.decide(sender, NoticeEvent.FAILED, about)).isInstanceOf(Send.class);
        assertThat(policy.decide(sender, NoticeEvent.FAILED, about))
                .isEqualTo(new Hold(Reason.SENDER_BUDGET));
        assertThat(policy.decide(other, NoticeEvent.FAILED, about)).isInstanceOf(Send.class);
        assertThat(policy.decide(other, NoticeEvent.FAILED, about))
                .isEqualTo(new Hold(Reason.HOUR_BUDGET));
        time.stepWallClock(Duration.ofDays(1));
        assertThat(policy.decide(other, NoticeEvent.FAILED, about))
                .as("a stepped clock refills nothing")
                .isEqualTo(new Hold(Reason.HOUR_BUDGET));
        time.advance(Duration.ofHours(1));
        assertThat(policy.decide(sender, NoticeEvent.FAILED, about)).isInstanceOf(Send.class);
    }

    @Test
    void whatIsRefusedSpendsNothing() {
        NoticeSettings settings = new NoticeSettings(true, false, true, 1, 1);
        NoticeBudget budget = new NoticeBudget(settings, time);
        NoticePolicy policy = new NoticePolicy(settings, budget);
        policy.decide(facts(SenderAuthentication.NONE), NoticeEvent.FAILED, List.of(PLAIN));
        policy.decide(facts(SenderAuthentication.SPF), NoticeEvent.FAILED, List.of(NEVER));
        assertThat(budget.spent()).isZero();
    }
}
