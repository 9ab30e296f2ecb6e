package org.postern.auth.dns;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;

/**
 * Reads what a server's message says about one question: only records of our class and type at the
 * name asked for, or where its CNAMEs lead, count; whatever else stands in the message is not
 * believed.
 */
final class AnswerReader {
    /** CNAMEs followed for one question, over all messages. */
    static final int MAX_CNAMES = 12;

    /** A negative answer without SOA is not to be remembered (RFC 2308, 5). */
    private static final Duration NO_SOA = Duration.ZERO;

    private AnswerReader() {}

    /** What a message says. */
    sealed interface Reading {
        /** That is the end of it. */
        record Final(DnsAnswer<?> answer, Duration ttl) implements Reading {}

        /** The name is another name's alias, and the message does not say what is there. */
        record Alias(Name target, int hops, Duration ttl, boolean authentic) implements Reading {}

        /** This server cannot help; another might. */
        record Failed(DnsAnswer.Reason reason, String detail) implements Reading {}
    }

    /**
     * Reads a message that belongs to the question.
     *
     * @param trusted whether this server's AD bit is believed
     * @param hops CNAMEs followed before this message
     */
    static Reading read(Message message, Name question, QueryType type, boolean trusted, int hops) {
        int rcode = message.getRcode();
        if (rcode == Rcode.SERVFAIL) {
            return new Reading.Failed(DnsAnswer.Reason.SERVFAIL, "SERVFAIL");
        }
        if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
            return new Reading.Failed(DnsAnswer.Reason.REFUSED, Rcode.string(rcode));
        }
        boolean authentic = trusted && message.getHeader().getFlag(Flags.AD);
        List<Record> answers = message.getSection(Section.ANSWER);
        Set<Name> seen = new HashSet<>();
        Name name = question;
        long ttl = Long.MAX_VALUE;
        while (true) {
            CNAMERecord alias = null;
            List<Object> records = new ArrayList<>();
            boolean unreadable = false;
            for (Record r : answers) {
                if (r.getDClass() != DClass.IN || !r.getName().equals(name)) {
                    continue;
                }
                if (r.getType() == type.code()) {
                    Object record = type.read(r);
                    unreadable |= record == null;
                    if (record != null) {
                        records.add(record);
                        ttl = Math.min(ttl, r.getTTL());
                    }
                } else if (r instanceof CNAMERecord c) {
                    alias = c;
                }
            }
            if (!records.isEmpty()) {
                return rcode == Rcode.NXDOMAIN
                        ? new Reading.Failed(
                                DnsAnswer.Reason.BAD_ANSWER, "NXDOMAIN together with records")
                        : found(records, ttl, authentic);
            }
            if (unreadable) {
                return new Reading.Final(new DnsAnswer.NoData<>(authentic), NO_SOA);
            }
            if (alias == null) {
                return nothing(message, question, name, hops, ttl, authentic);
            }
            ttl = Math.min(ttl, alias.getTTL());
            if (!seen.add(name) || ++hops > MAX_CNAMES) {
                return new Reading.Final(
                        new DnsAnswer.TempError<>(
                                DnsAnswer.Reason.CNAME_LOOP, "too many CNAMEs at " + name),
                        Duration.ZERO);
            }
            name = alias.getTarget();
        }
    }

    private static Reading found(List<Object> records, long ttl, boolean authentic) {
        Duration life = Duration.ofSeconds(ttl);
        return new Reading.Final(new DnsAnswer.Found<>(records, life, authentic, false), life);
    }

    private static Reading nothing(
            Message message, Name question, Name name, int hops, long ttl, boolean authentic) {
        if (message.getRcode() == Rcode.NXDOMAIN) {
            // RFC 6604, 2.1: after CNAMEs the RCODE speaks of the last name
            return new Reading.Final(
                    new DnsAnswer.NxDomain<>(authentic), negativeTtl(message, ttl));
        }
        SOARecord soa = soa(message);
        if (name.equals(question) || soa != null) {
            return new Reading.Final(new DnsAnswer.NoData<>(authentic), negativeTtl(message, ttl));
        }
        return new Reading.Alias(name, hops, Duration.ofSeconds(ttl), authentic);
    }

    private static Duration negativeTtl(Message message, long chainTtl) {
        SOARecord soa = soa(message);
        if (soa == null) {
            return NO_SOA;
        }
        // RFC 2308, 5: the smaller of the SOA's own TTL and its MINIMUM field
        long ttl = Math.min(soa.getTTL(), soa.getMinimum());
        return Duration.ofSeconds(Math.min(ttl, chainTtl));
    }

    private static @Nullable SOARecord soa(Message message) {
        for (Record r : message.getSection(Section.AUTHORITY)) {
            if (r instanceof SOARecord soa) {
                return soa;
            }
        }
        return null;
    }
}
