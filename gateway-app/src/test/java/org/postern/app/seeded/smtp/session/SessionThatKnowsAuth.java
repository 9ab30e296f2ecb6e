package org.postern.app.seeded.smtp.session;

import org.postern.app.seeded.auth.spf.SpfThatKnowsSmtp;
import org.subethamail.smtp.server.SMTPServer;

/** Imports a sibling, and SubEthaSMTP outside the listener. */
public record SessionThatKnowsAuth(SpfThatKnowsSmtp spf, SMTPServer server) {}
