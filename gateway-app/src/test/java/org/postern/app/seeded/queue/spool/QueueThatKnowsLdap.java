package org.postern.app.seeded.queue.spool;

import com.unboundid.ldap.sdk.LDAPConnection;

/** Asks a directory server where mail is kept. */
public record QueueThatKnowsLdap(LDAPConnection connection) {}
