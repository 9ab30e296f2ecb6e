/**
 * Allow and deny lists: files of clients, senders, domains and recipients, loaded whole into
 * compact immutable tables that answer in well under a microsecond at a million entries.
 */
@NullMarked
package org.postern.core.lists;

import org.jspecify.annotations.NullMarked;
