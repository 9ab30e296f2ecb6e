/** Loads on an assembled gateway, run by hand for docs/performance.md; never part of a test run. */
@NullMarked
package org.postern.app.bench;

import org.jspecify.annotations.NullMarked;
