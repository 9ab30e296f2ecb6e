package org.postern.core.mail;

/** What may stand right of the {@code @}: a domain or an address literal (RFC 5321, 4.1.2). */
public sealed interface MailHost permits Domain, AddressLiteral {
    /** The form that goes on the wire when SMTPUTF8 is not in play: A-labels or a literal. */
    String ascii();
}
