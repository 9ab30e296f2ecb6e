/** Databases of countries in the MMDB format, read by MaxMind's reader and nowhere else. */
@NullMarked
package org.postern.app.country;

import org.jspecify.annotations.NullMarked;
