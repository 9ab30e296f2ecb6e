/**
 * What implementations by other hands say: jSPF for SPF, jDKIM for DKIM. Asked beside our own
 * evaluators, never in place of them; nobody else imports those libraries.
 */
@NullMarked
package org.postern.auth.secondopinion;

import org.jspecify.annotations.NullMarked;
