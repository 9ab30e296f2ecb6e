/** What would have become of mail that came, under another configuration or from another client. */
@NullMarked
package org.postern.app.replay;

import org.jspecify.annotations.NullMarked;
