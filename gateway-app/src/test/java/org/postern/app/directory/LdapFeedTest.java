package org.postern.app.directory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchEntry;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchResult;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.Control;
import com.unboundid.ldap.sdk.Entry;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.ResultCode;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchResultReference;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.config.Secret;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;
import org.postern.core.recipients.RecipientFeed.FeedException;

class LdapFeedTest extends RecipientFeedContract {
    private static final String[] ANNA = {
        "dn: cn=anna,dc=example,dc=test",
        "objectClass: person",
        "cn: anna",
        "mail: anna@example.test"
    };

    private @Nullable InMemoryDirectoryServer server;

    @AfterEach
    void stop() {
        if (server != null) {
            server.close();
        }
    }

    private InMemoryDirectoryServer server(int maxSize, InMemoryOperationInterceptor... ways)
            throws Exception {
        InMemoryDirectoryServerConfig config =
                new InMemoryDirectoryServerConfig("dc=example,dc=test");
        config.setSchema(null);
        config.setMaxSizeLimit(maxSize);
        for (InMemoryOperationInterceptor way : ways) {
            config.addInMemoryOperationInterceptor(way);
        }
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
                        false,
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

    /** Active Directory's way with many values: so many at once, and a range in the name. */
    private static final class Ranges extends InMemoryOperationInterceptor {
        private final List<String> values;
        private final int atOnce;
        private final boolean ends;

        Ranges(List<String> values, int atOnce, boolean ends) {
            this.values = values;
            this.atOnce = atOnce;
            this.ends = ends;
        }

        @Override
        public void processSearchEntry(InMemoryInterceptedSearchEntry result) {
            String asked =
                    result.getRequest().getAttributeList().stream()
                            .filter(a -> a.startsWith("proxyAddresses"))
                            .findFirst()
                            .orElse("");
            Matcher range = Pattern.compile(";range=(\\d+)-").matcher(asked);
            int from = range.find() ? Integer.parseInt(range.group(1)) : 0;
            int to = Math.min(values.size(), from + atOnce);
            if (from > to || (from > 0 && !ends)) {
                return;
            }
            String last = to == values.size() ? "*" : String.valueOf(to - 1);
            result.setSearchEntry(
                    new SearchResultEntry(
                            result.getSearchEntry().getDN(),
                            List.of(
                                    new Attribute(
                                            "proxyAddresses;range=" + from + "-" + last,
                                            values.subList(from, to)))));
        }
    }

    private static List<String> many(int count) {
        return IntStream.range(0, count).mapToObj(i -> "smtp:a" + i + "@example.test").toList();
    }

    @Test
    void anAttributeThatIsGivenInRangesIsAskedForToItsEnd() throws Exception {
        InMemoryDirectoryServer started = server(0, new Ranges(many(3_500), 1_500, true));
        started.add(ANNA);
        List<String> found = fetch(asking(started.getListenPort(), PATIENT)).recipients;
        assertThat(found).hasSize(3_500).contains("a0@example.test", "a3499@example.test");
    }

    @Test
    void anAttributeWhoseNextRangeDoesNotComeIsAFailure() throws Exception {
        InMemoryDirectoryServer started = server(0, new Ranges(many(30), 10, false));
        started.add(ANNA);
        RecipientFeed feed = asking(started.getListenPort(), PATIENT);
        assertThatThrownBy(() -> fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("cn=anna,dc=example,dc=test has more values")
                .hasMessageContaining("range=10-*");
    }

    /** Ends each search with the mention of another server. */
    private static final class Mentions extends InMemoryOperationInterceptor {
        private final String url;

        Mentions(String url) {
            this.url = url;
        }

        @Override
        public void processSearchResult(InMemoryInterceptedSearchResult result) {
            try {
                result.sendSearchReference(
                        new SearchResultReference(new String[] {url}, new Control[0]));
            } catch (LDAPException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Test
    void aPartOfTheTreeOnAnotherServerIsAFailureUnlessNobodyLivesThere() throws Exception {
        for (Map.Entry<String, Boolean> mention :
                Map.of(
                                "ldap://west.corp.test/DC=west,DC=corp,DC=test", false,
                                "ldap://ForestDnsZones.corp.test/DC=ForestDnsZones,DC=corp,DC=test",
                                        true,
                                "ldap://corp.test/CN=Configuration,DC=corp,DC=test", true)
                        .entrySet()) {
            InMemoryDirectoryServer started = server(0, new Mentions(mention.getKey()));
            started.add(ANNA);
            RecipientFeed feed = asking(started.getListenPort(), PATIENT);
            if (mention.getValue()) {
                assertThat(fetch(feed).recipients).containsExactly("anna@example.test");
            } else {
                assertThatThrownBy(() -> fetch(feed))
                        .isInstanceOf(FeedException.class)
                        .hasMessageContaining(mention.getKey())
                        .hasMessageContaining("referrals: ignore");
            }
            started.close();
        }
    }

    @Test
    void whatActiveDirectorySaysOfAnAccountIsToldInWords() throws Exception {
        InMemoryDirectoryServer started =
                server(
                        0,
                        new InMemoryOperationInterceptor() {
                            @Override
                            public void processSimpleBindRequest(
                                    InMemoryInterceptedSimpleBindRequest request)
                                    throws LDAPException {
                                throw new LDAPException(
                                        ResultCode.INVALID_CREDENTIALS,
                                        "80090308: LdapErr: DSID-0C09041C, comment:"
                                                + " AcceptSecurityContext error, data 532, v4563");
                            }
                        });
        RecipientFeed feed = asking(started.getListenPort(), PATIENT);
        assertThatThrownBy(() -> fetch(feed))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("the account's password has expired");
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

    /** Sends entries that nobody has asked for, however small a page was to be. */
    private static final class Endless extends InMemoryOperationInterceptor {
        private final int megabytes;

        Endless(int megabytes) {
            this.megabytes = megabytes;
        }

        @Override
        public void processSearchResult(InMemoryInterceptedSearchResult result) {
            byte[] large = new byte[1 << 20];
            Arrays.fill(large, (byte) 'x');
            for (int i = 0; i < megabytes; i++) {
                Entry entry = new Entry("cn=more" + i + ",dc=example,dc=test");
                entry.addAttribute("description", large);
                entry.addAttribute("mail", "more" + i + "@example.test");
                try {
                    result.sendSearchEntry(entry);
                } catch (LDAPException e) {
                    return; // nobody listens any more
                }
            }
        }
    }

    @Test
    void aPageLargerThanMemoryAllowsEndsTheFetchInWords() throws Exception {
        InMemoryDirectoryServer endless = server(0, new Endless(200));
        assertThatThrownBy(() -> fetch(asking(endless.getListenPort(), PATIENT)))
                .isInstanceOf(FeedException.class)
                .hasMessageContaining("one answer has more than 64 MB");
        stop();
        InMemoryDirectoryServer large = server(0, new Endless(30));
        assertThat(fetch(asking(large.getListenPort(), PATIENT)).recipients)
                .contains("more29@example.test");
    }
}
