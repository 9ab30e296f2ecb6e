package org.postern.auth.spf;

import java.net.InetAddress;
import org.postern.core.authres.SpfResult.Identity;
import org.postern.core.mail.Domain;
import org.postern.core.mail.EmailAddress;
import org.postern.core.mail.InvalidAddressException;
import org.postern.core.mail.ReversePath;

/**
 * What one SPF check is about (RFC 7208, 4.1). The texts are whatever the client said, valid or
 * not.
 *
 * @param identity which identity is checked
 * @param client the client's address
 * @param helo the HELO or EHLO name as given, empty if there was none
 * @param localPart local part of the sender, without quotes
 * @param domain domain of the sender, the one to check
 */
public record SpfRequest(
        Identity identity, InetAddress client, String helo, String localPart, String domain) {
    /** The local part where the sender has none (RFC 7208, 2.4 and 4.3). */
    public static final String POSTMASTER = "postmaster";

    public SpfRequest {
        if (localPart.isEmpty()) {
            localPart = POSTMASTER; // RFC 7208, 4.3
        }
        domain = aLabels(domain);
        helo = aLabels(helo);
    }

    /**
     * The check of the reverse-path; where it is null, of postmaster at the HELO name (RFC 7208,
     * 2.4).
     */
    public static SpfRequest mailFrom(InetAddress client, String helo, ReversePath from) {
        return switch (from) {
            case ReversePath.Null none -> nullPath(client, helo);
            case ReversePath.Mailbox(EmailAddress address) ->
                    new SpfRequest(
                            Identity.MAILFROM,
                            client,
                            helo,
                            address.localPart(),
                            address.host().ascii());
        };
    }

    /**
     * The check of a reverse-path as it was written, valid or not; empty is the null reverse-path.
     */
    public static SpfRequest mailFrom(InetAddress client, String helo, String from) {
        if (from.isEmpty()) {
            return nullPath(client, helo);
        }
        int at = from.lastIndexOf('@');
        // RFC 7208, 4.3: without an @ it is a domain, and postmaster stands for its local part
        String local = at < 0 ? "" : from.substring(0, at);
        return new SpfRequest(
                Identity.MAILFROM, client, helo, unquoted(local), from.substring(at + 1));
    }

    /** The check of the HELO name (RFC 7208, 2.3). */
    public static SpfRequest helo(InetAddress client, String helo) {
        return new SpfRequest(Identity.HELO, client, helo, POSTMASTER, helo);
    }

    private static SpfRequest nullPath(InetAddress client, String helo) {
        return new SpfRequest(Identity.MAILFROM, client, helo, POSTMASTER, helo);
    }

    private static String unquoted(String local) {
        if (local.length() < 2 || local.charAt(0) != '"' || !local.endsWith("\"")) {
            return local;
        }
        StringBuilder out = new StringBuilder(local.length());
        for (int i = 1; i < local.length() - 1; i++) {
            if (local.charAt(i) == '\\' && i + 1 < local.length() - 1) {
                i++;
            }
            out.append(local.charAt(i));
        }
        return out.toString();
    }

    /** RFC 7208, 4.3: internationalised names are checked as A-labels; other texts stay. */
    private static String aLabels(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.charAt(i) > 0x7f) {
                try {
                    return Domain.parse(name).ascii();
                } catch (InvalidAddressException e) {
                    return name; // no domain; the check says so
                }
            }
        }
        return name;
    }
}
