/** How things are written down: for people who are tired, and as JSON. */
@NullMarked
package org.postern.app.text;

import org.jspecify.annotations.NullMarked;
