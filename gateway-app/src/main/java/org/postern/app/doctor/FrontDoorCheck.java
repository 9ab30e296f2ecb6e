package org.postern.app.doctor;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.postern.app.admin.StatusView;
import org.postern.app.frontdoor.FrontDoor;
import org.postern.app.frontdoor.SmtpTalk;
import org.postern.core.config.ListenerConfig;
import org.postern.core.config.PosternConfig;
import org.postern.core.config.TlsConfig;
import org.postern.core.mail.Domain;
import org.postern.core.time.Deadline;

/**
 * Talks to each listener as a stranger would, up to RCPT and never further: whether it is an open
 * relay, whether it refuses unknown recipients, whether it shows the certificate that lies on disk.
 */
final class FrontDoorCheck implements Check {
    private static final Duration TALK = Duration.ofSeconds(10);
    private static final String FOREIGN = "postern-doctor@example.org";

    @Override
    public String name() {
        return "relay";
    }

    @Override
    public List<Finding> examine(Scene scene) {
        List<Finding> findings = new ArrayList<>();
        for (ListenerConfig listener : scene.config().listeners()) {
            listener(scene, listener, findings);
        }
        return findings;
    }

    private void listener(Scene scene, ListenerConfig listener, List<Finding> findings) {
        FrontDoor door = FrontDoor.of(scene.config(), listener);
        String where = StatusView.address(door.address());
        String swaks = "swaks --server " + where + " --to " + FOREIGN + " --quit-after RCPT";
        if (listener.tls() == ListenerConfig.Tls.IMPLICIT || listener.port() == 0) {
            findings.add(
                    Finding.notChecked(
                            name(),
                            "listener " + where + ": it begins with TLS, or has no fixed port",
                            "this check speaks plain SMTP first",
                            swaks + " --tls-on-connect"));
            return;
        }
        long left = Math.min(TALK.toMillis(), scene.deadline().remaining().toMillis());
        Deadline deadline = Deadline.after(scene.time(), Duration.ofMillis(left));
        try (SmtpTalk talk = new SmtpTalk(door, deadline, line -> {})) {
            if (!talk.greeting().isOf(2)) {
                findings.add(untold(where, "it greets with " + talk.greeting().last(), scene));
                return;
            }
            SmtpTalk.Reply hello = talk.command("EHLO postern-doctor.invalid");
            if (!hello.isOf(2)) {
                findings.add(untold(where, "to EHLO it says " + hello.last(), scene));
                return;
            }
            recipients(scene, talk, where, swaks, findings);
            if (hello.offers("STARTTLS") && talk.command("STARTTLS").isOf(2)) {
                served(scene, talk, where, findings);
            } else {
                talk.command("QUIT");
            }
        } catch (ConnectException e) {
            findings.add(untold(where, "nobody listens there", scene));
        } catch (IOException e) {
            findings.add(untold(where, String.valueOf(e.getMessage()), scene));
        }
    }

    private Finding untold(String where, String why, Scene scene) {
        return Finding.notChecked(
                name(),
                "listener " + where + ": " + why,
                "whether it relays for strangers is not known",
                scene.postern(scene.daemon().runs() ? "status" : "run"));
    }

    /** The recipients that must be refused, as relay testers and spammers write them. */
    static List<String> foreign(PosternConfig config) {
        Domain ours = config.domains().keySet().iterator().next();
        return List.of(
                FOREIGN,
                FOREIGN.replace('@', '%') + "@" + ours,
                "\"" + FOREIGN + "\"@" + ours,
                "@" + ours + ":" + FOREIGN,
                "example.org!postern-doctor@" + ours,
                "postern-doctor@[192.0.2.1]");
    }

    private void recipients(
            Scene scene, SmtpTalk talk, String where, String swaks, List<Finding> findings)
            throws IOException {
        SmtpTalk.Reply mail = talk.command("MAIL FROM:<>");
        if (!mail.isOf(2)) {
            findings.add(untold(where, "to MAIL it says " + mail.last(), scene));
            return;
        }
        int refused = 0;
        String first = "";
        List<String> forms = foreign(scene.config());
        for (String recipient : forms) {
            SmtpTalk.Reply reply = talk.command("RCPT TO:<" + recipient + ">");
            if (reply.isOf(2) && recipient.endsWith(FOREIGN)) {
                findings.add(
                        Finding.failure(
                                name(),
                                where + " takes mail for <" + recipient + ">: " + reply.last(),
                                "an open relay is found within hours and block-listed; connections"
                                        + " from this machine were meant here, look at"
                                        + " networks.internal and policy",
                                swaks));
            } else if (reply.isOf(2)) {
                findings.add(
                        Finding.warning(
                                name(),
                                where + " takes mail for <" + recipient + ">: " + reply.last(),
                                "the address is of our own domain and would be passed to the"
                                        + " downstream as it stands; if that one relays for it, the"
                                        + " two together are an open relay",
                                swaks));
            } else {
                refused++;
                first = first.isEmpty() ? reply.last() : first;
            }
        }
        if (refused == forms.size()) {
            findings.add(
                    Finding.ok(
                            name(),
                            where
                                    + " refuses to relay, "
                                    + refused
                                    + " of "
                                    + forms.size()
                                    + " forms: "
                                    + first));
        }
        unknown(scene, talk, where, findings);
    }

    private void unknown(Scene scene, SmtpTalk talk, String where, List<Finding> findings)
            throws IOException {
        Domain ours = scene.config().domains().keySet().iterator().next();
        String nobody = "postern-doctor-" + UUID.randomUUID() + "@" + ours;
        SmtpTalk.Reply reply = talk.command("RCPT TO:<" + nobody + ">");
        if (reply.code() == 550) {
            findings.add(
                    Finding.ok(name(), where + " refuses nobody@" + ours + ": " + reply.last()));
        } else if (reply.isOf(2)) {
            findings.add(
                    Finding.warning(
                            name(),
                            where + " takes mail for an address of " + ours + " that nobody has",
                            "what the store refuses later becomes a bounce, most often to somebody"
                                    + " who never sent anything",
                            scene.postern("check")));
        } else {
            findings.add(
                    Finding.warning(
                            name(),
                            where
                                    + " does not refuse nobody@"
                                    + ours
                                    + " with 550: "
                                    + reply.last(),
                            "senders keep trying instead of telling their user of the typing error",
                            scene.postern("recipients status")));
        }
    }

    private void served(Scene scene, SmtpTalk talk, String where, List<Finding> findings)
            throws IOException {
        List<X509Certificate> shown = talk.startTls(scene.config().hostname().ascii());
        talk.command("QUIT");
        for (TlsConfig.Certificate certificate : scene.config().tls().certificates()) {
            Path chain = certificate.chain();
            try {
                if (CertificateCheck.read(chain).getFirst().equals(shown.getFirst())) {
                    findings.add(Finding.ok(name(), where + " shows the certificate of " + chain));
                    return;
                }
            } catch (GeneralSecurityException e) {
                findings.add(
                        Finding.notChecked(
                                name(),
                                "whether " + where + " shows " + chain + ": " + e.getMessage(),
                                "the file cannot be read",
                                scene.postern("check")));
                return;
            }
        }
        findings.add(
                Finding.warning(
                        name(),
                        where + " shows a certificate that is none of those on disk",
                        "the files were renewed and the gateway has not taken them, or something"
                                + " else stands before it",
                        scene.postern("reload")));
    }
}
