/**
 * Accepting connections. The only importer of org.subethamail, which accepts and starts threads;
 * the protocol is ours.
 */
@NullMarked
package org.postern.smtp.listener;

import org.jspecify.annotations.NullMarked;
