/** The commands: what a person types and what they read. */
@NullMarked
package org.postern.app.cli;

import org.jspecify.annotations.NullMarked;
