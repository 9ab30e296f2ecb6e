package org.postern.app.intake;

import org.postern.app.scan.Scanners;
import org.postern.auth.Authenticator;
import org.postern.auth.dnsbl.DnsLists;
import org.postern.core.country.Countries;
import org.postern.core.snapshot.Snapshot;

/**
 * A snapshot and the parts built from it: what a session pins at its beginning.
 *
 * @param snapshot the configuration in force
 * @param authenticator the evaluators with its settings
 * @param dnsLists the DNS lists
 * @param scanners the content scanners
 * @param countries where addresses are
 */
public record Revision(
        Snapshot snapshot,
        Authenticator authenticator,
        DnsLists dnsLists,
        Scanners scanners,
        Countries countries) {
    /** The same parts with list entries as they stand now. */
    public Revision with(Snapshot refreshed) {
        return new Revision(refreshed, authenticator, dnsLists, scanners, countries);
    }
}
