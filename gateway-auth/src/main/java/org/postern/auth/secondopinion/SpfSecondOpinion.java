package org.postern.auth.secondopinion;

import java.util.Locale;
import org.apache.james.jspf.executor.SPFResult;
import org.apache.james.jspf.impl.SPF;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.authres.AuthResult;
import org.postern.core.authres.SpfResult.Identity;
import org.postern.core.net.Ip;

/**
 * What jSPF 1.0.5 says to the same question with the same DNS. It is RFC 4408: {@code
 * docs/second-opinion.md} lists in what it is known to differ. Thread-safe.
 */
public final class SpfSecondOpinion {
    private final DnsClient dns;

    /** An opinion that asks this client. */
    public SpfSecondOpinion(DnsClient dns) {
        this.dns = dns;
    }

    /**
     * jSPF's result. Blocks for as long as the budget's deadline allows.
     *
     * @return the result; {@code PERMERROR} too where jSPF breaks with an exception of its own,
     *     which it does for some inputs
     */
    public AuthResult check(SpfRequest request, DnsBudget budget) {
        SPF jspf = new SPF(new JspfDns(dns, budget));
        String sender =
                request.identity() == Identity.HELO
                        ? ""
                        : request.localPart() + "@" + request.domain();
        try {
            SPFResult result = jspf.checkSPF(Ip.text(request.client()), sender, request.helo());
            return AuthResult.valueOf(result.getResult().toUpperCase(Locale.ROOT));
        } catch (RuntimeException e) { // StackOverflow and the like are its authors' to know
            return AuthResult.PERMERROR;
        }
    }
}
