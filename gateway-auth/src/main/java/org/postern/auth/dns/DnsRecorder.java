package org.postern.auth.dns;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.postern.core.journal.DnsFact;
import org.postern.core.net.Ip;

/**
 * Keeps what the checks of one message asked and were told, each question once. It holds the
 * answers as they lie in the cache; they become text when somebody reads them. Thread-safe: checks
 * of one message run side by side.
 */
public final class DnsRecorder {
    /** Questions that are kept; what a message asks beyond them is not. */
    static final int MAX_FACTS = 100;

    private final Set<Answered> answered = new LinkedHashSet<>();

    /** One question and what came of it. */
    private record Answered(QueryType query, DnsName asked, DnsAnswer<?> answer)
            implements DnsFact {
        @Override
        public String type() {
            return query.name();
        }

        @Override
        public String name() {
            return asked.toString();
        }

        @Override
        public String outcome() {
            return switch (answer) {
                case DnsAnswer.Found<?> found -> "found";
                case DnsAnswer.NoData<?> nothing -> "nodata";
                case DnsAnswer.NxDomain<?> nothing -> "nxdomain";
                case DnsAnswer.TempError<?> error -> error.reason().word();
            };
        }

        @Override
        public List<String> records() {
            return answer.records().stream().map(DnsRecorder::text).toList();
        }
    }

    void note(QueryType type, DnsName name, DnsAnswer<?> answer) {
        synchronized (answered) {
            if (answered.size() < MAX_FACTS) {
                answered.add(new Answered(type, name, answer));
            }
        }
    }

    /** What was asked so far, in order. */
    public List<DnsFact> facts() {
        synchronized (answered) {
            return List.copyOf(answered);
        }
    }

    private static String text(Object record) {
        return switch (record) {
            case byte[] txt -> text(txt);
            case InetAddress address -> Ip.text(address);
            case MxRecord mx -> mx.preference() + " " + mx.exchange();
            case TlsaRecord tlsa -> tlsa.usage() + " " + tlsa.selector() + " …";
            default -> record.toString();
        };
    }

    /** UTF-8 where it is that, else each octet one character. */
    private static String text(byte[] txt) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(txt)).toString();
        } catch (CharacterCodingException e) {
            return new String(txt, StandardCharsets.ISO_8859_1);
        }
    }
}
