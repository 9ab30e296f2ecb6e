package org.postern.core.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A running gateway is found by a configuration that is broken elsewhere. */
class WhereaboutsTest {
    private static final String GOOD =
            """
            hostname: mx.example.test
            data: data
            admin: { address: 127.0.0.1, port: 8099 }
            """;

    @TempDir Path folder;

    private Optional<Whereabouts> in(String yaml) throws IOException {
        return Whereabouts.in(Files.writeString(folder.resolve("postern.yaml"), yaml));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hostnam: x\n",
                "limits: { connections: many }\n",
                "domains:\n\texample.test: {}\n",
                "domains: { example.test: { downstream: [ }\nlists: {}\n",
                "lists: \"\n\n\n",
                "tls: &a [*a]\n",
                "data: again\n",
                "policy:\n  rules:\n  - {name: x\n    when: }\n# end\nlog: {}\n",
            })
    void whateverIsWrongBehindIt(String broken) throws IOException {
        Whereabouts found = in(GOOD + broken).orElseThrow();
        assertThat(found.data()).isEqualTo(folder.resolve("data"));
        assertThat(found.admin().port()).isEqualTo(8099);
    }

    @Test
    void theDefaultListenerWhereTheErrorStandsBeforeIt() throws IOException {
        Whereabouts found =
                in("data: /var/lib/postern\nlists: { allow: ]\nadmin: { port: 1 }\n").orElseThrow();
        assertThat(found.data()).isEqualTo(Path.of("/var/lib/postern"));
        assertThat(found.admin().port()).isEqualTo(AdminConfig.DEFAULT_PORT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "hostname: mx.example.test\n", "{ data", "- data\n", "\t\n", "data:\n"})
    void nothingWhereItDoesNotTell(String yaml) throws IOException {
        assertThat(in(yaml)).isEmpty();
    }
}
