package org.postern.app.directory;

import com.unboundid.asn1.ASN1OctetString;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.LDAPConnection;
import com.unboundid.ldap.sdk.LDAPException;
import com.unboundid.ldap.sdk.SearchRequest;
import com.unboundid.ldap.sdk.SearchResult;
import com.unboundid.ldap.sdk.SearchResultEntry;
import com.unboundid.ldap.sdk.SearchResultListener;
import com.unboundid.ldap.sdk.SearchResultReference;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one search, of bounded size: a server that gives no pages, or sends on and on, ends
 * the fetch and does not fill the memory. Used by one thread, once.
 */
final class LdapPage implements SearchResultListener {
    /** The most octets of values, names and references in one answer. */
    static final long MAX_OCTETS = 64 << 20;

    /** What an entry, an attribute, a value or a reference takes beside its octets, about. */
    private static final int OVERHEAD = 64;

    private static final long serialVersionUID = 1L;

    private final transient LDAPConnection connection;
    private final transient List<SearchResultEntry> entries = new ArrayList<>();
    private final transient List<SearchResultReference> references = new ArrayList<>();
    private long octets;

    LdapPage(LDAPConnection connection) {
        this.connection = connection;
    }

    /**
     * Searches with a request that was made with this page.
     *
     * @throws IOException if the answer is too large; the connection is closed then
     */
    SearchResult search(SearchRequest request) throws LDAPException, IOException {
        try {
            SearchResult result = connection.search(request);
            requireBounded(null);
            return result;
        } catch (LDAPException e) {
            requireBounded(e);
            throw e;
        }
    }

    private void requireBounded(@Nullable Exception cause) throws IOException {
        if (octets > MAX_OCTETS) {
            throw new IOException(
                    "one answer has more than "
                            + (MAX_OCTETS >> 20)
                            + " MB, the most allowed; ask for fewer attributes, or set a smaller"
                            + " page-size",
                    cause);
        }
    }

    @Override
    public void searchEntryReturned(SearchResultEntry entry) {
        long size = (long) OVERHEAD + entry.getDN().length();
        for (Attribute attribute : entry.getAttributes()) {
            size += octets(attribute);
        }
        if (hasRoom(size)) {
            entries.add(entry);
        }
    }

    @Override
    public void searchReferenceReturned(SearchResultReference reference) {
        long size = OVERHEAD;
        for (String url : reference.getReferralURLs()) {
            size += (long) OVERHEAD + url.length();
        }
        if (hasRoom(size)) {
            references.add(reference);
        }
    }

    private boolean hasRoom(long size) {
        octets += size;
        if (octets > MAX_OCTETS) {
            entries.clear();
            references.clear();
            connection.close(); // whoever still sends is not listened to
            return false;
        }
        return true;
    }

    /** What an attribute takes in memory, about. */
    static long octets(Attribute attribute) {
        long size = OVERHEAD;
        for (ASN1OctetString value : attribute.getRawValues()) {
            size += (long) OVERHEAD + value.getValueLength();
        }
        return size;
    }

    List<SearchResultEntry> entries() {
        return entries;
    }

    List<SearchResultReference> references() {
        return references;
    }
}
