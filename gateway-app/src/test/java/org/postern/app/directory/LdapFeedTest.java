package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.config.Secret;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.recipients.RecipientFeed.FeedException;

class LdapFeedTest extends RecipientFeedContract {
    private @Nullable InMemoryDirectoryServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private InMemoryDirectoryServer server(int maxSize) throws Exception {
        InMemoryDirectoryServerConfig config =
                new InMemoryDirectoryServerConfig("dc=example,dc=test");
        config.setSchema(null);
        config.setMaxSizeLimit(maxSize);
        config.addAdditionalBindCredentials("cn=postern", "s3cret");
        config.setListenerConfigs(
                InMemoryListenerConfig.createLDAPConfig(
                        "ldap", InetAddress.getLoopbackAddress(), 0, null));
        InMemoryDirectoryServer started = new InMemoryDirectoryServer(config);
        started.startListening();
        started.add("dn: dc=example,dc=test", "objectClass: domain", "dc: example");
        server = started;
        return started;
    }

    private static RecipientFeed feed(List<String> urls, Duration timeout, Secret password) {
        return new LdapFeed(
                new RecipientSourceConfig.Ldap(
                        urls.stream().map(URI::create).toList(),
                        false,
                        null,
                        "dc=example,dc=test",
                        "(|(mail=*)(proxyAddresses=*))",
                        List.of("mail", "proxyAddresses"),
                        "description",
                        "businessCategory",
                        "cn=postern",
                        password,
                        100,
                        sync(timeout)));
    }

    @Test
    void anEntryMayNameItsOwnDownstreamAndRules() throws Exception {
        InMemoryDirectoryServer started = server(0);
        started.add(
                "dn: cn=anna,dc=example,dc=test",
                "objectClass: organizationalPerson",
                "objectClass: extensibleObject",
                "cn: anna",
                "mail: anna@example.test",
                "proxyAddresses: smtp:a.berg@example.test",
                "description: west",
                "businessCategory: strict");
        started.add(
                "dn: cn=bob,dc=example,dc=test",
                "objectClass: organizationalPerson",
                "objectClass: extensibleObject",
                "cn: bob",
                "mail: bob@example.test");
        Found found = fetch(asking(started.getListenPort(), PATIENT));
        Handling special = new Handling("west", "strict");
        assertThat(found.handlings)
                .containsOnly(
                        Map.entry("anna@example.test", special),
                        Map.entry("a.berg@example.test", special));
        assertThat(found.recipients).contains("bob@example.test");
    }

    @Override
    RecipientFeed serving(List<String> addresses) throws Exception {
        InMemoryDirectoryServer started = server(0);
        int number = 0;
        for (String address : addresses) {
            started.add(
                    "dn: cn=person" + number + ",dc=example,dc=test",
                    "objectClass: person",
                    "cn: person" + number++,
                    "mail: " + address);
        }
        return asking(started.getListenPort(), PATIENT);
    }

    @Override
    RecipientFeed asking(int port, Duration timeout) {
        return feed(List.of("ldap://127.0.0.1:" + port), timeout, new Secret.Literal("s3cret"));
    }

    @Test
    void proxyAddressesCountWhereTheyAreSmtp() throws Exception {
        InMemoryDirectoryServer started = server(0);
        started.add(
                "dn: cn=anna,dc=example,dc=test",
                "objectClass: person",
                "cn: anna",
                "mail: anna@example.test",
                "proxyAddresses: SMTP:anna@example.test",
                "proxyAddresses: smtp:a.berg@example.test",
                "proxyAddresses: X500:/o=corp/cn=anna",
                "proxyAddresses: SIP:anna@example.test");
        assertThat(fetch(asking(started.getListenPort(), PATIENT)).recipients)
                .containsExactly("anna@example.test", "anna@example.test", "a.berg@example.test");
    }

    @Test
    void aServerThatCutsTheListShortIsAFailure() throws Exception {
        InMemoryDirectoryServer started = server(50);
        for (int i = 0; i < 60; i++) {
            started.add(
                    "dn: cn=p" + i + ",dc=example,dc=test",
                    "objectClass: person",
                    "cn: p" + i,
                    "mail: p" + i + "@example.test");
        }
        RecipientFeed feed = asking(started.getListenPort(), PATIENT);
        assertThatThrownBy(() -> fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("size limit exceeded");
    }

    @Test
    void anAttributeThatIsGivenInPartIsAFailure() throws Exception {
        InMemoryDirectoryServer started = server(0);
        started.add(
                "dn: cn=anna,dc=example,dc=test",
                "objectClass: person",
                "cn: anna",
                "mail: anna@example.test",
                "proxyAddresses;range=0-1: smtp:a@example.test",
                "proxyAddresses;range=0-1: smtp:b@example.test");
        RecipientFeed feed = asking(started.getListenPort(), PATIENT);
        assertThatThrownBy(() -> fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("more values");
    }

    @Test
    void theNextServerIsAskedWhenOneIsAway() throws Exception {
        InMemoryDirectoryServer started = server(0);
        started.add(
                "dn: cn=anna,dc=example,dc=test",
                "objectClass: person",
                "cn: anna",
                "mail: anna@example.test");
        try (Mute mute = new Mute(new byte[0])) {
            RecipientFeed feed =
                    feed(
                            List.of(
                                    "ldap://127.0.0.1:" + mute.port(),
                                    "ldap://127.0.0.1:" + started.getListenPort()),
                            HASTY,
                            new Secret.Literal("s3cret"));
            assertThat(fetch(feed).recipients).containsExactly("anna@example.test");
        }
    }

    @Test
    void aWrongPasswordIsAFailureThatDoesNotSayIt() throws Exception {
        RecipientFeed feed =
                feed(
                        List.of("ldap://127.0.0.1:" + server(0).getListenPort()),
                        PATIENT,
                        new Secret.Literal("wr0ng"));
        assertThatThrownBy(() -> fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("invalid credentials")
                .hasMessageNotContaining("wr0ng");
    }

    @Test
    void aSecretThatCannotBeReadIsAFailureThatNamesItsFile() throws Exception {
        RecipientFeed feed =
                feed(
                        List.of("ldap://127.0.0.1:" + server(0).getListenPort()),
                        PATIENT,
                        new Secret.OfFile(java.nio.file.Path.of("/nonexistent/secret")));
        assertThatThrownBy(() -> fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("/nonexistent/secret");
    }
}
