package org.postern.queue.spool;

/**
 * Whether the spool takes mail.
 *
 * @param writable whether records can be written and forced
 * @param room whether a message would be taken: writable, and above the floors for free space and
 *     inodes
 * @param freeBytes free bytes on its disk when last looked at
 * @param freeInodes free inodes there, {@link Long#MAX_VALUE} where they are not counted
 * @param detail why not, in a sentence; empty when all is well
 */
public record SpoolHealth(
        boolean writable, boolean room, long freeBytes, long freeInodes, String detail) {}
