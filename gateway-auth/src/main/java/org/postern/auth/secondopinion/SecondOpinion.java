package org.postern.auth.secondopinion;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postern.auth.AuthenticationOutcome;
import org.postern.auth.AuthenticationRequest;
import org.postern.auth.dns.DnsBudget;
import org.postern.auth.dns.DnsClient;
import org.postern.auth.spf.SpfRequest;
import org.postern.core.authres.SpfResult;
import org.postern.core.time.Deadline;
import org.postern.core.time.TimeSource;

/**
 * Asks jSPF and jDKIM about a message that our evaluators have judged, and says where they differ
 * and why, as far as it is known. Blocks, costs memory for the whole message, and is never asked on
 * the way of a message into the spool. Whatever these libraries throw is an opinion too.
 * Thread-safe.
 */
public final class SecondOpinion {
    private final DnsClient dns;
    private final TimeSource time;
    private final Duration patience;

    /**
     * Others' opinions.
     *
     * @param patience how long one message may take
     */
    public SecondOpinion(DnsClient dns, TimeSource time, Duration patience) {
        this.dns = dns;
        this.time = time;
        this.patience = patience;
    }

    /**
     * What the others say on the same question.
     *
     * @param message the message, or null where there is none
     */
    public List<Opinion> compare(
            AuthenticationRequest request, byte @Nullable [] message, AuthenticationOutcome ours) {
        DnsBudget budget = DnsBudget.until(Deadline.after(time, patience));
        List<Opinion> opinions = new ArrayList<>();
        JspfOpinion spf = new JspfOpinion(dns);
        SpfResult mailFrom = ours.verdicts().spf();
        // behind a relay the name is the one that the true client gave, not the relay's
        String helo =
                ours.client().equals(request.client())
                        ? request.helo()
                        : ours.verdicts().heloSpf().domain();
        if (isRun(mailFrom)) {
            SpfRequest question = SpfRequest.mailFrom(ours.client(), helo, request.from());
            opinions.add(spf.on("spf", question, mailFrom, budget));
        }
        SpfResult heloSpf = ours.verdicts().heloSpf();
        if (isRun(heloSpf)) {
            SpfRequest question = SpfRequest.helo(ours.client(), helo);
            opinions.add(spf.on("helo_spf", question, heloSpf, budget));
        }
        if (message != null) {
            opinions.add(new JdkimOpinion(dns, budget).on(message, ours.verdicts().dkim()));
        }
        return opinions;
    }

    private static boolean isRun(SpfResult result) {
        return !result.reason().startsWith("client-address.")
                && !result.reason().startsWith("authentication.");
    }
}
