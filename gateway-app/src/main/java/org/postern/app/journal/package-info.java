/**
 * The journal on disk: one SQLite file a day under {@code data/journal}, written off the path of
 * mail and read by {@code trace}, {@code impact} and {@code replay}, daemon or no daemon. Its
 * schema is public: {@code docs/journal.md}.
 */
@NullMarked
package org.postern.app.journal;

import org.jspecify.annotations.NullMarked;
