/** Small files that are written whole: what was learned, planned, fetched or switched. */
@NullMarked
package org.postern.core.files;

import org.jspecify.annotations.NullMarked;
