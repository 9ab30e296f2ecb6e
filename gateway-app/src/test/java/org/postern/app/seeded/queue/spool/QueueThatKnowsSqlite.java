package org.postern.app.seeded.queue.spool;

import org.sqlite.SQLiteConfig;

/** Keeps mail in the journal's library. */
public record QueueThatKnowsSqlite(SQLiteConfig config) {}
