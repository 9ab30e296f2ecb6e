package org.postern.auth.dns;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/** The record types that we ask for, and how a record of dnsjava becomes one of ours. */
enum QueryType {
    TXT(Type.TXT),
    A(Type.A),
    AAAA(Type.AAAA),
    MX(Type.MX),
    PTR(Type.PTR),
    TLSA(Type.TLSA);

    private final int code;

    QueryType(int code) {
        this.code = code;
    }

    /** The number on the wire. */
    int code() {
        return code;
    }

    /**
     * What a record of this type says.
     *
     * @return null where it cannot be put in our terms: a name with a dot inside a label, or a
     *     record that is not of this type after all
     */
    @Nullable Object read(Record record) {
        return switch (record) {
            case TXTRecord txt when this == TXT -> join(txt.getStringsAsByteArrays());
            case ARecord a when this == A -> withoutName(a.getAddress());
            case AAAARecord aaaa when this == AAAA -> withoutName(aaaa.getAddress());
            case MXRecord mx when this == MX -> {
                DnsName exchange = WireNames.read(mx.getTarget());
                yield exchange == null ? null : new MxRecord(mx.getPriority(), exchange);
            }
            case PTRRecord ptr when this == PTR -> WireNames.read(ptr.getTarget());
            case TLSARecord tlsa when this == TLSA ->
                    new TlsaRecord(
                            tlsa.getCertificateUsage(),
                            tlsa.getSelector(),
                            tlsa.getMatchingType(),
                            tlsa.getCertificateAssociationData());
            default -> null;
        };
    }

    /** Estimated heap of one record. */
    static int weigh(Object record) {
        return switch (record) {
            case byte[] text -> 24 + text.length;
            case InetAddress address -> 80;
            case MxRecord mx -> 100 + mx.exchange().octets().length();
            case DnsName name -> 72 + name.octets().length();
            case TlsaRecord tlsa -> 56 + tlsa.data().length;
            default -> throw new IllegalArgumentException("no record: " + record.getClass());
        };
    }

    /** The address alone: dnsjava hangs the owner's name on it, which would only take room. */
    private static InetAddress withoutName(InetAddress address) {
        try {
            return InetAddress.getByAddress(address.getAddress());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 octets", e);
        }
    }

    private static byte[] join(List<byte[]> strings) {
        // RFC 7208, 3.3: character-strings are put together without adding spaces
        if (strings.size() == 1) {
            return strings.getFirst();
        }
        int length = 0;
        for (byte[] s : strings) {
            length += s.length;
        }
        byte[] out = new byte[length];
        int at = 0;
        for (byte[] s : strings) {
            System.arraycopy(s, 0, out, at, s.length);
            at += s.length;
        }
        return out;
    }
}
