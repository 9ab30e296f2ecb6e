package org.postern.app.seeded.queue.spool;

import org.postern.app.seeded.auth.spf.SpfThatKnowsSmtp;

/** Imports a sibling. */
public record QueueThatKnowsAuth(SpfThatKnowsSmtp spf) {}
