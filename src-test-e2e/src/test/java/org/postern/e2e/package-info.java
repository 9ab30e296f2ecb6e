/**
 * The assembled program against real peers: started as a user starts it, driven by swaks and by
 * golden dialogues, delivering into Dovecot, resolving through NSD.
 */
@NullMarked
package org.postern.e2e;

import org.jspecify.annotations.NullMarked;
