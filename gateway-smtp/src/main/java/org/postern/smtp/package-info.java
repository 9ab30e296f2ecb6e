/** The SMTP front: what its rooms share, which is what they count. */
@NullMarked
package org.postern.smtp;

import org.jspecify.annotations.NullMarked;
