package org.postern.auth.results;

import java.net.InetAddress;

/**
 * What the SMTP session said, that the results are about.
 *
 * @param client the address that SPF and iprev looked at
 * @param helo the EHLO or HELO argument as given
 * @param from the reverse-path as text; empty is the null reverse-path
 */
public record CheckedIdentities(InetAddress client, String helo, String from) {}
