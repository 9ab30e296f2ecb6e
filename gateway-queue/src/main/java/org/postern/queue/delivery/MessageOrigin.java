package org.postern.queue.delivery;

import org.jspecify.annotations.Nullable;

/**
 * The client that brought a message, as XFORWARD and XCLIENT tell it.
 *
 * @param address text of its IP address
 * @param name its confirmed host name, or null
 * @param helo the name that it gave in HELO or EHLO, or null
 */
public record MessageOrigin(String address, @Nullable String name, @Nullable String helo) {}
