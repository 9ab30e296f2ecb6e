/**
 * What the evaluators ask of the DNS, and the client that asks it. {@link
 * org.postern.auth.dns.DnsClient} is the port: no type of a DNS library crosses it.
 */
@NullMarked
package org.postern.auth.dns;

import org.jspecify.annotations.NullMarked;
