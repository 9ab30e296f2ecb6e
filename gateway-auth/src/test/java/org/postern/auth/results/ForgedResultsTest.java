package org.postern.auth.results;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.auth.header.HeaderReader;
import org.postern.core.mail.ByteRange;
import org.postern.core.mail.Domain;

class ForgedResultsTest {
    private final ForgedResults forged =
            new ForgedResults("mx.straße.example", Domain.of("mx.straße.example"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authentication-Results: mx.xn--strae-oqa.example; spf=pass",
                "authentication-RESULTS:mx.xn--strae-oqa.example;spf=pass",
                "Authentication-Results : MX.XN--STRAE-OQA.example; none",
                "Authentication-Results: (a (nested \\) comment)) mx.xn--strae-oqa.example 1; x=y",
                "Authentication-Results: mx.xn--strae-oqa.example(now); spf=pass",
                "Authentication-Results: mx.(here)xn--strae-oqa.example; spf=pass",
                "Authentication-Results: \"mx.xn--strae-oqa.example\"; spf=pass",
                "Authentication-Results: \"mx.xn--\\strae-oqa.example\" ; spf=pass",
                "Authentication-Results:\r\n\tmx.xn--strae-oqa.example;\r\n spf=pass",
                "Authentication-Results: mx.xn--strae-oqa.example.; spf=pass",
                "Authentication-Results: mx.xn--strae-oqa.example/1; spf=pass",
                "Authentication-Results: mx.straße.example; spf=pass",
                "Authentication-Results: mx.STRAßE.example; spf=pass",
                "Authentication-Results: mx.xn--strae-oqa.example",
                "Authentication-Results\r\n : mx.xn--strae-oqa.example; spf=pass",
                "Authentication-Results\0: mx.xn--strae-oqa.example; spf=pass",
            })
    void a_field_in_our_name_is_found_however_it_is_written(String field) {
        String before = "Received: from x by y\r\n";
        String message = before + field + "\r\nFrom: a@example.com\r\n\r\nbody";
        byte[] octets = message.getBytes(StandardCharsets.UTF_8);
        int start = before.length();
        int end = start + field.getBytes(StandardCharsets.UTF_8).length + 2;
        assertThat(find(octets)).containsExactly(new ByteRange(start, end));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authentication-Results: other.example; spf=pass",
                "Authentication-Results: mx.xn--strae-oqa.example.other.example; spf=pass",
                "Authentication-Results: xmx.xn--strae-oqa.example; spf=pass",
                "Authentication-Results: (mx.xn--strae-oqa.example) other.example; spf=pass",
                "Authentication-Results:",
                "Authentication-Results: ;;;",
                "X-Authentication-Results: mx.xn--strae-oqa.example; spf=pass",
                "ARC-Authentication-Results: i=1; mx.xn--strae-oqa.example; spf=pass",
                "Subject: Authentication-Results: mx.xn--strae-oqa.example; spf=pass",
            })
    void fields_of_others_stay(String field) {
        assertThat(find((field + "\r\n\r\n").getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Received-SPF: pass receiver=mx.xn--strae-oqa.example; client-ip=192.0.2.1",
                "received-spf : pass client-ip=192.0.2.1; Receiver = \"MX.xn--strae-oqa.example.\"",
                "Received-SPF: pass (x) a=b;receiver(c)=(d)mx.STRAßE.example",
                "Received-SPF: pass (mx.xn--strae-oqa.example: domain of a@b designates c)",
                "Received-SPF:\r\n pass\r\n\t(MX.straße.example; designated)",
                "Received-SPF\0: pass receiver=mx.xn--strae-oqa.example",
            })
    void a_received_spf_field_in_our_name_is_found(String field) {
        byte[] octets = (field + "\r\n\r\n").getBytes(StandardCharsets.UTF_8);
        assertThat(find(octets)).containsExactly(new ByteRange(0, octets.length - 2));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Received-SPF: pass (mx.other.example: ok) receiver=mx.other.example",
                "Received-SPF: pass helo=mx.xn--strae-oqa.example; receiver=other.example",
                "Received-SPF: pass envelope-from=\"receiver=mx.xn--strae-oqa.example\"",
                "Received-SPF:",
                "Received-SPF: ;;==;receiver=;receiver",
            })
    void a_received_spf_field_of_another_receiver_stays(String field) {
        assertThat(find((field + "\r\n\r\n").getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void each_of_many_is_found_in_order() {
        String one = "Authentication-Results: mx.xn--strae-oqa.example; spf=pass\r\n";
        List<ByteRange> found = find((one.repeat(1000) + "\r\n").getBytes(StandardCharsets.UTF_8));
        assertThat(found).hasSize(1000);
        assertThat(found.get(999).end()).isEqualTo(1000L * one.length());
    }

    @Test
    void an_id_that_is_no_domain_is_found_too() {
        byte[] octets =
                "Authentication-Results: \"our gateway\"; none\r\n\r\n"
                        .getBytes(StandardCharsets.UTF_8);
        HeaderReader reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        assertThat(
                        new ForgedResults("Our Gateway", Domain.of("mx.example.net"))
                                .in(reader.finish()))
                .hasSize(1);
    }

    private List<ByteRange> find(byte[] octets) {
        HeaderReader reader = new HeaderReader();
        reader.accept(octets, 0, octets.length);
        return forged.in(reader.finish());
    }
}
