package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postern.app.SmallSite;
import org.postern.core.problem.Problem;
import org.postern.core.time.TimeSource;

/** What no server could be asked is said before it is in force, at its place. */
class SourceSyntaxTest {
    @TempDir Path folder;

    private List<String> errors(String keys) throws IOException {
        Files.writeString(folder.resolve("empty"), "\n");
        Files.writeString(folder.resolve("list.yaml"), "recipients: []\n");
        List<Problem> problems = new ArrayList<>();
        SourceSyntax.check(
                SmallSite.snapshot(
                                folder,
                                TimeSource.system(),
                                """
                                  example.org:
                                    recipients: { ldap: { url: "ldaps://127.0.0.1:1", %s } }
                                    downstream: maildir:mail
                                """
                                        .formatted(keys),
                                "alice@example.test")
                        .config(),
                problems);
        assertThat(problems).allMatch(Problem::isError);
        return problems.stream().map(p -> p.place().line() + " " + p.message()).toList();
    }

    @Test
    void aFilterOrBaseThatNoServerWouldReadIsAnErrorAtItsPlace() throws IOException {
        assertThat(errors("base: \"dc=x\", filter: \"(mail=*)\"")).isEmpty();
        assertThat(errors("base: \"dc=x\", filter: \"(|(mail=*)\""))
                .singleElement()
                .asString()
                .matches("[89] filter cannot be read: .*");
        assertThat(errors("base: \"not a dn\""))
                .singleElement()
                .asString()
                .matches("[89] base is no distinguished name: not a dn");
    }

    @Test
    void aFileWithoutACertificateAndAnEmptySecretAreErrors() throws IOException {
        assertThat(errors("base: \"dc=x\", ca-file: list.yaml"))
                .singleElement()
                .asString()
                .contains("ca-file " + folder.resolve("list.yaml"));
        assertThat(errors("base: \"dc=x\", bind-dn: \"cn=y\", password: { file: empty }"))
                .singleElement()
                .asString()
                .contains("password is empty (file " + folder.resolve("empty") + ")");
    }
}
