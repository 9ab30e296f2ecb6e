package org.postern.queue.delivery;

import java.util.List;
import org.postern.core.mail.Domain;

/**
 * The questions that delivery asks the DNS itself. Answers are values; nothing is thrown. May
 * block, within a time-out of its own. Thread-safe.
 */
public interface DeliveryDns {
    /** Nobody to ask: what needs an answer is deferred. */
    DeliveryDns NONE =
            new DeliveryDns() {
                @Override
                public MailExchangers mailExchangers(Domain domain) {
                    return new MailExchangers.Unavailable("no DNS resolver is wired to delivery");
                }

                @Override
                public Tlsa tlsa(String host, int port) {
                    return new Tlsa.Unavailable("no DNS resolver is wired to delivery");
                }
            };

    /** The hosts that take mail for a domain (RFC 5321, 5.1). */
    MailExchangers mailExchangers(Domain domain);

    /**
     * The TLSA records at {@code _port._tcp.host} (RFC 7672, 3).
     *
     * @param host a host name without trailing dot
     */
    Tlsa tlsa(String host, int port);

    /** What is known of a domain's MX. */
    sealed interface MailExchangers {
        /**
         * MX records, in any order.
         *
         * @param exchangers at least one
         */
        record Hosts(List<Exchanger> exchangers) implements MailExchangers {
            public Hosts {
                exchangers = List.copyOf(exchangers);
            }
        }

        /** The domain exists without MX: the host of its own name is meant (RFC 5321, 5.1). */
        record NoRecord() implements MailExchangers {}

        /** The domain says that it takes no mail (RFC 7505). */
        record NullMx() implements MailExchangers {}

        /** The domain does not exist. */
        record NoDomain() implements MailExchangers {}

        /**
         * It cannot be known now.
         *
         * @param why one line for people
         */
        record Unavailable(String why) implements MailExchangers {}
    }

    /**
     * One MX record.
     *
     * @param preference lower goes first
     * @param host host name without trailing dot
     */
    record Exchanger(int preference, String host) {}

    /** What is known of a host's TLSA records. */
    sealed interface Tlsa {
        /**
         * Records that DNSSEC vouches for.
         *
         * @param records at least one
         */
        record Secure(List<TlsaRecord> records) implements Tlsa {
            public Secure {
                records = List.copyOf(records);
            }
        }

        /** There are none, or none that DNSSEC vouches for: DANE says nothing about this host. */
        record None() implements Tlsa {}

        /**
         * It cannot be known now; going on could be what an attacker wants (RFC 7672, 2.1.1).
         *
         * @param why one line for people
         */
        record Unavailable(String why) implements Tlsa {}
    }

    /**
     * One TLSA record (RFC 6698, 2.1).
     *
     * @param usage 2 (trust anchor) and 3 (the server's own) count here (RFC 7672, 3.1.3)
     * @param selector 0 the certificate, 1 its public key
     * @param matchingType 0 as it is, 1 SHA-256, 2 SHA-512
     * @param data what is compared, in lower-case hex digits
     */
    record TlsaRecord(int usage, int selector, int matchingType, String data) {}
}
