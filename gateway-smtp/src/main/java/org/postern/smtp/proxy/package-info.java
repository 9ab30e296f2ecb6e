/** The PROXY protocol, versions 1 and 2: the true client address behind a load balancer. */
@NullMarked
package org.postern.smtp.proxy;

import org.jspecify.annotations.NullMarked;
