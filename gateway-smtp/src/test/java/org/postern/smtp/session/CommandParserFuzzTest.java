package org.postern.smtp.session;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;

/** The command parser and the address parser, fed anything. */
class CommandParserFuzzTest {
    private static final String[] BEGINNINGS = {
        "",
        "MAIL FROM:<",
        "RCPT TO:<",
        "MAIL FROM:<a@b.test> ",
        "RCPT TO:<a@b.test> ",
        "EHLO ",
        "BDAT ",
        "XCLIENT "
    };

    @FuzzTest(maxDuration = "5m")
    void everyLineIsACommandOrAClearRefusal(FuzzedDataProvider data) throws Exception {
        CommandParser.Offered offered =
                new CommandParser.Offered(data.consumeBoolean(), data.consumeBoolean());
        byte[] start =
                data.pickValue(BEGINNINGS).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        byte[] rest = data.consumeRemainingAsBytes();
        byte[] line = java.util.Arrays.copyOf(start, start.length + rest.length);
        System.arraycopy(rest, 0, line, start.length, rest.length);
        Command command = CommandParser.parse(line, offered);
        assertThat(command.verb()).matches("[A-Z]{4,8}");
        switch (command) {
            case Command.Faulty faulty -> {
                assertThat(faulty.reply().code()).isGreaterThanOrEqualTo(500);
                assertThat(faulty.reply().toWire()).matches("[\\x20-\\x7e\\r\\n]+");
            }
            case Command.Mail mail -> {
                if (mail.request().reversePath() instanceof ReversePath.Mailbox m) {
                    roundTrip(m.address());
                }
            }
            case Command.Rcpt rcpt -> {
                EmailAddress address = rcpt.address();
                if (address != null) {
                    roundTrip(address);
                }
            }
            case Command.Hello hello ->
                    assertThat(hello.helo().name()).doesNotContain("\r", "\n", " ", "(", "\0");
            case Command.Bdat bdat -> assertThat(bdat.size()).isNotNegative();
            case Command.Xclient xclient -> assertThat(xclient.port()).isBetween(0, 65_535);
            case Command.Bare ignored -> {}
            case Command.OtherProtocol ignored -> {}
        }
    }

    private static void roundTrip(EmailAddress address) throws InvalidAddressException {
        assertThat(EmailAddress.parse(address.toString())).isEqualTo(address);
        assertThat(address.toString()).doesNotContain("\r", "\n", "\0");
    }
}
