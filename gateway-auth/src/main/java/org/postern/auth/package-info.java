/**
 * The front of the evaluators: {@link org.postern.auth.Authenticator} begins a message's checks at
 * MAIL, takes its content as it streams in, and hands back every verdict, our
 * Authentication-Results and the forged ones to leave out. One package per standard lies beneath.
 */
@NullMarked
package org.postern.auth;

import org.jspecify.annotations.NullMarked;
