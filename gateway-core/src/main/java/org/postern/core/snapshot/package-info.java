/**
 * Everything that a session decides by, as one value: configuration, lists, recipients and policy.
 * Built and checked whole, swapped by one reference, or the old one stays.
 */
@NullMarked
package org.postern.core.snapshot;

import org.jspecify.annotations.NullMarked;
