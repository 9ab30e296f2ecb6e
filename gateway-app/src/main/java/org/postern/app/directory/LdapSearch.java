package org.postern.app.directory;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchResultReference;
import com.unboundid.ldap.sdk.SearchScope;
import com.unboundid.ldap.sdk.controls.SimplePagedResultsControl;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postern.core.config.RecipientSourceConfig;
import org.postern.core.recipients.Handling;
import org.postern.core.recipients.RecipientFeed;

/**
 * One search beneath the base, page by page (RFC 4511, RFC 2696). Values with a scheme, as in
 * {@code proxyAddresses}, count where it is {@code smtp:}; attributes that Active Directory gives
 * in ranges are asked for until their end. Used by one thread, once.
 *
 * <p>How it fails: any result but success, a page that does not come, and a part of the tree that
 * lies on another server. Never a shorter list.
 */
final class LdapSearch {
    private static final String RANGE = ";range=";

    /** The most answers that one attribute may need, of 1,500 values each by default. */
    private static final int MAX_RANGES = 1_000;

    /** Parts of an Active Directory in which nobody lives; it names them at every search. */
    private static final List<String> WITHOUT_PEOPLE =
            List.of("dc=domaindnszones,", "dc=forestdnszones,", "cn=configuration,");

    private final RecipientSourceConfig.Ldap config;
    private final LDAPConnection connection;

    LdapSearch(RecipientSourceConfig.Ldap config, LDAPConnection connection) {
        this.config = config;
        this.connection = connection;
    }

    /** Names everybody. */
    void everybody(RecipientFeed.Sink sink)
            throws LDAPException, IOException, RecipientFeed.FeedException {
        ASN1OctetString cookie = null;
        do {
            LdapPage page = new LdapPage(connection);
            SearchRequest request =
                    new SearchRequest(
                            page, config.base(), SearchScope.SUB, config.filter(), wanted());
            request.setControls(new SimplePagedResultsControl(config.pageSize(), cookie, true));
            SearchResult result = page.search(request);
            elsewhere(page);
            for (SearchResultEntry entry : page.entries()) {
                entry(entry, sink);
            }
            sink.stillWanted();
            SimplePagedResultsControl answer = SimplePagedResultsControl.get(result);
            cookie = answer == null ? null : answer.getCookie();
        } while (cookie != null && cookie.getValueLength() > 0);
    }

    /**
     * A continuation reference (RFC 4511, 4.5.3) says that this server does not have all of it. It
     * is not followed, since the password would go along to whomever it names.
     */
    private void elsewhere(LdapPage page) throws IOException {
        if (config.ignoreReferrals()) {
            return;
        }
        for (SearchResultReference reference : page.references()) {
            for (String url : reference.getReferralURLs()) {
                if (WITHOUT_PEOPLE.stream().noneMatch(url.toLowerCase(Locale.ROOT)::contains)) {
                    throw new IOException(
                            "a part of the directory lies elsewhere: "
                                    + url
                                    + "; make it a source of its own, with referrals: ignore here");
                }
            }
        }
    }

    private String[] wanted() {
        return Stream.concat(
                        config.attributes().stream(),
                        Stream.of(
                                        Optional.ofNullable(config.downstreamAttribute()),
                                        Optional.ofNullable(config.policyAttribute()))
                                .flatMap(Optional::stream))
                .toArray(String[]::new);
    }

    private static @Nullable String only(SearchResultEntry entry, @Nullable String attribute) {
        return attribute == null ? null : entry.getAttributeValue(attribute);
    }

    private void entry(SearchResultEntry entry, RecipientFeed.Sink sink)
            throws LDAPException, IOException, RecipientFeed.FeedException {
        Handling handling =
                Handling.of(
                        only(entry, config.downstreamAttribute()),
                        only(entry, config.policyAttribute()));
        for (String wanted : config.attributes()) {
            for (Attribute attribute : entry.getAttributes()) {
                if (attribute.getBaseName().equalsIgnoreCase(wanted)) {
                    for (String value : whole(entry, attribute)) {
                        value(value, handling, sink);
                    }
                }
            }
        }
    }

    /**
     * All values of an attribute, also where the server gives so many at once: {@code
     * proxyAddresses;range=0-1499} is asked on with {@code ;range=1500-*}, the last part ends with
     * {@code -*} ([MS-ADTS], 3.1.1.3.1.3.3).
     */
    private List<String> whole(SearchResultEntry entry, Attribute first)
            throws LDAPException, IOException {
        List<String> values = new ArrayList<>(List.of(first.getValues()));
        Attribute part = first;
        long octets = LdapPage.octets(first);
        for (int asked = 0; !isLast(part); asked++) {
            if (asked == MAX_RANGES || octets > LdapPage.MAX_OCTETS) {
                throw new IOException(entry.getDN() + ": " + first.getName() + " does not end");
            }
            String name = part.getBaseName() + RANGE + values.size() + "-*";
            Attribute next = rangeOf(only(entry.getDN(), name), part.getBaseName());
            if (next == null || next.getValues().length == 0) {
                throw new IOException(
                        entry.getDN()
                                + " has more values than the server gives at once, and it does not"
                                + " give "
                                + name);
            }
            values.addAll(List.of(next.getValues()));
            octets += LdapPage.octets(next);
            part = next;
        }
        return values;
    }

    /** One attribute of one entry; nothing where the entry has gone meanwhile. */
    private List<SearchResultEntry> only(String dn, String attribute)
            throws LDAPException, IOException {
        LdapPage page = new LdapPage(connection);
        page.search(new SearchRequest(page, dn, SearchScope.BASE, "(objectClass=*)", attribute));
        return page.entries();
    }

    private static boolean isLast(Attribute attribute) {
        String name = attribute.getName().toLowerCase(Locale.ROOT);
        return !name.contains(RANGE) || name.endsWith("-*");
    }

    private static @Nullable Attribute rangeOf(List<SearchResultEntry> entries, String baseName) {
        for (SearchResultEntry entry : entries) {
            for (Attribute attribute : entry.getAttributes()) {
                if (attribute.getBaseName().equalsIgnoreCase(baseName)
                        && attribute.getName().toLowerCase(Locale.ROOT).contains(RANGE)) {
                    return attribute;
                }
            }
        }
        return null;
    }

    private static void value(String value, Handling handling, RecipientFeed.Sink sink)
            throws RecipientFeed.FeedException {
        int colon = value.indexOf(':');
        if (colon < 0) {
            sink.recipient(value, handling);
        } else if (value.substring(0, colon).equalsIgnoreCase("smtp")) {
            sink.recipient(value.substring(colon + 1), handling);
        }
    }
}
