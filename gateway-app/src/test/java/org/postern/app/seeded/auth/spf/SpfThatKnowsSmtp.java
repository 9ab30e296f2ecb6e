package org.postern.app.seeded.auth.spf;

import java.util.List;
import org.apache.james.jspf.core.SPF1Record;
import org.eclipse.jetty.server.Server;
import org.postern.app.seeded.smtp.session.SessionThatKnowsAuth;
import org.xbill.DNS.Name;
import picocli.CommandLine;

/** Imports a sibling, and four libraries outside their rooms. */
public record SpfThatKnowsSmtp(
        List<SessionThatKnowsAuth> sessions,
        SessionThatKnowsAuth session,
        Name name,
        SPF1Record record,
        Server server,
        CommandLine line) {}
