package org.postern.smtp.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.mail.BodyType;
import org.postern.core.mail.DsnNotify;
import org.postern.core.mail.DsnReturn;

class CommandParserTest {
    private static final CommandParser.Offered ALL = new CommandParser.Offered(true, true);

    private static Command parse(String line) {
        return CommandParser.parse(line.getBytes(StandardCharsets.UTF_8), ALL);
    }

    private static MailRequest mail(String line) {
        assertThat(parse(line)).isInstanceOf(Command.Mail.class);
        return ((Command.Mail) parse(line)).request();
    }

    @Test
    void everyParameterOfMailReachesTheRequest() {
        MailRequest m =
                mail(
                        "MAIL FROM:<a@b.test> SIZE=12 BODY=8bitmime SMTPUTF8 REQUIRETLS RET=full"
                                + " ENVID=a+2Bb");
        assertThat(m.size()).isEqualTo(12);
        assertThat(m.body()).isEqualTo(BodyType.EIGHT_BIT_MIME);
        assertThat(m.smtpUtf8()).isTrue();
        assertThat(m.requireTls()).isTrue();
        assertThat(m.dsnReturn()).isEqualTo(DsnReturn.FULL);
        assertThat(m.envelopeId()).isEqualTo("a+2Bb");
        assertThat(mail("MAIL FROM:<a@b.test>").size()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MAIL FROM:<a@b.test>|a@b.test",
                "mail from:<a@B.TEST>|a@b.test",
                "MAIL FROM: <a@b.test>|a@b.test",
                "MAIL FROM:<@x.test,@[192.0.2.1],@[IPv6:::1]:a@b.test>|a@b.test",
                "MAIL FROM:<\"a>b\"@b.test>|\"a>b\"@b.test",
                "MAIL FROM:<\"a b\"@b.test>|\"a b\"@b.test",
                "MAIL FROM:<a@xn--strae-oqa.test>|a@xn--strae-oqa.test",
                "MAIL FROM:<a@straße.test> SMTPUTF8|a@xn--strae-oqa.test",
                "MAIL FROM:<a@[IPv6:2001:DB8::1]>|a@[IPv6:2001:db8::1]",
            })
    void senders(String line, String address) {
        assertThat(mail(line).reversePath()).hasToString(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<>",
                "<@a.test:>",
                "<@a.test,b@c.test>",
                "<@:a@b.test>",
                "<@a.test b@c.test>",
                "<a@b.test",
                "a@b.test>",
                "<<a@b.test>>",
                "< a@b.test>",
                "<a@b.test >",
                "<a@>",
                "<@b.test>",
                "<a@b@c.test>",
                "<a.@b.test>",
                "<a@b_.test.>x",
                "<\"a@b.test>",
                "<a@[192.0.2]>",
                "<a@[IPv6:zz]>",
                "<a@[IPv6:::1%eth0]>",
                "<a\\@b.test>",
                "<a,b@c.test>"
            })
    void junkIsNoRecipient(String path) {
        Command command = parse("RCPT TO:" + path);
        assertThat(command).isInstanceOf(Command.Faulty.class);
        assertThat(((Command.Faulty) command).reply().code()).isEqualTo(501);
    }

    @Test
    void theParametersOfRcptAreRead() {
        Command.Rcpt r =
                (Command.Rcpt)
                        parse("RCPT TO:<a@b.test> NOTIFY=success,Failure ORCPT=rfc822;a+2B@b.test");
        assertThat(r.conditions()).isEqualTo(Set.of(DsnNotify.SUCCESS, DsnNotify.FAILURE));
        assertThat(r.originalRecipient()).isEqualTo("rfc822;a+2B@b.test");
        assertThat(Objects.requireNonNull(r.address())).hasToString("a@b.test");
        assertThat(((Command.Rcpt) parse("RCPT TO:<PostMaster>")).address()).isNull();
    }

    @Test
    void sizesAreNumbersOrNothing() {
        assertThat(CommandParser.size("0")).isZero();
        assertThat(CommandParser.size("99999999999999999999")).isEqualTo(Long.MAX_VALUE);
        assertThat(CommandParser.size("9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(CommandParser.size("9223372036854775790")).isEqualTo(9223372036854775790L);
        assertThat(CommandParser.size("")).isEqualTo(-1);
        assertThat(CommandParser.size("-1")).isEqualTo(-1);
        assertThat(CommandParser.size("+1")).isEqualTo(-1);
        assertThat(CommandParser.size("1".repeat(21))).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BDAT", "BDAT x", "BDAT -1", "BDAT 5 FIRST", "BDAT 5 LAST LAST"})
    void aChunkOfUnknownSizeDesynchronises(String line) {
        assertThat(parse(line)).isInstanceOf(Command.Faulty.class);
        assertThat(((Command.Faulty) parse(line)).desynchronised()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "R\u017fET",
                "\u017fTARTTLS",
                "MA\u0131L FROM:<a@b.test>",
                "MAIL FROM:<a@b.test> \u017fIZE=1",
                "MAIL FROM:<a@b.test> BODY=8B\u0131TMIME",
                "RCPT TO:<po\u017ftmaster>",
                "RCPT TO:<a@b.test> NOTIFY=\u017fUCCESS",
                "BDAT 5 LA\u017fT",
                "NOOP\u2003",
                "EHLO \u2003c.test",
                "EHLO c.test\u2003"
            })
    void caseAndWhiteSpaceAreThoseOfAsciiAlone(String line) {
        assertThat(parse(line)).as(line).isInstanceOf(Command.Faulty.class);
    }
}
