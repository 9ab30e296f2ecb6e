/**
 * Whether the address that a message came from can be the sender's at all. A private address is
 * what a balancer, a relay or a hairpin shows; SPF must not be asked about it, least of all fail on
 * it.
 */
@NullMarked
package org.postern.auth.client;

import org.jspecify.annotations.NullMarked;
