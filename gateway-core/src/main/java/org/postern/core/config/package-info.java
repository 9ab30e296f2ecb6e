/** The configuration as validated records, and how a file becomes them. */
@NullMarked
package org.postern.core.config;

import org.jspecify.annotations.NullMarked;
