/**
 * What is done with a client, a sender, a recipient, a message: named rules over plain facts, first
 * match wins, and a verdict that carries its reason and its reply.
 */
@NullMarked
package org.postern.core.policy;

import org.jspecify.annotations.NullMarked;
