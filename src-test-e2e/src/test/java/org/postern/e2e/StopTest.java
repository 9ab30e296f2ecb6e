package org.postern.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** SIGTERM in the middle of sessions. */
@WithPeers
class StopTest {
    @Test
    void idleSessionsAreToldAndAMessageUnderWayIsFinishedAndTrue(Surroundings around) {
        Message message = Message.from("someone@pass.test");
        try (Gateway gateway = around.newGateway("stop")) {
            gateway.start();
            try (SmtpClient idle = SmtpClient.connect(gateway.smtpPort());
                    SmtpClient busy = SmtpClient.connect(gateway.smtpPort())) {
                assertThat(idle.reply()).startsWith("220 ");
                assertThat(idle.command("EHLO client.pass.test")).startsWith("250");
                assertThat(busy.reply()).startsWith("220 ");
                for (String line :
                        List.of(
                                "EHLO client.pass.test",
                                "MAIL FROM:<someone@pass.test>",
                                "RCPT TO:<alice@example.test>",
                                "DATA")) {
                    assertThat(busy.command(line)).matches("(?s)[23].*");
                }
                String text = message.text().replace("\r\n.", "\r\n..");
                int half = text.length() / 2;
                busy.write(
                        text.substring(0, half)
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                gateway.program().signal("TERM");
                assertThat(idle.reply()).startsWith("421 4.3.2 ");
                assertThat(idle.ended()).isTrue();
                assertThat(Ports.open(gateway.smtpPort())).as("nobody new is taken").isFalse();
                busy.write(
                        text.substring(half).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
                busy.line(".");
                assertThat(busy.reply()).startsWith("250 2.0.0 ");
                assertThat(busy.reply()).startsWith("421 4.3.2 ");
                assertThat(busy.ended()).isTrue();
            }
            assertThat(gateway.program().awaitEnd()).as("ended by SIGTERM").isEqualTo(143);
            gateway.start();
            assertThat(around.dovecot().awaitMessages("alice@example.test", message.id()))
                    .hasSize(1);
        }
    }
}
