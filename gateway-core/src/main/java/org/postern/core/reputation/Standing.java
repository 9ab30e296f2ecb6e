package org.postern.core.reputation;

/**
 * What the past says of a client, as facts for rules.
 *
 * @param knownGood whether it has a good history
 * @param unknownRecipients how many recipients that do not exist it, or a domain that it
 *     authenticated as, named lately
 */
public record Standing(boolean knownGood, int unknownRecipients) {}
