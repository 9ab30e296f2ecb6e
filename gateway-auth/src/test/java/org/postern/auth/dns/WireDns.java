package org.postern.auth.dns;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.postern.core.config.DnsConfig;
import org.postern.core.time.TimeSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/**
 * A {@link TestDns} behind a real server on loopback, with the real client before it: every octet
 * goes over the wire. Answers beyond 512 octets are truncated and fetched by TCP; troubles are
 * SERVFAIL.
 */
public final class WireDns implements AutoCloseable {
    private static final int TTL = 300;
    private static final int UDP_OCTETS = 512;

    private final DnsResponder responder;
    private final CachingDnsClient client;

    /** Serves this zone. */
    public WireDns(TestDns zone) throws IOException {
        responder = new DnsResponder((query, overTcp) -> List.of(reply(zone, query, overTcp)));
        client =
                CachingDnsClient.of(
                        new DnsConfig(List.of(responder.address()), Duration.ofSeconds(5), 2),
                        TimeSource.system(),
                        DnsListener.NONE);
    }

    /** The real client. */
    public DnsClient client() {
        return client;
    }

    private static byte[] reply(TestDns zone, Message query, boolean overTcp) throws IOException {
        Record question = query.getQuestion();
        DnsName name = WireNames.read(question.getName());
        DnsAnswer<?> answer = ask(zone, name, question.getType());
        Message m =
                switch (answer) {
                    case DnsAnswer.Found<?> found -> found(query, question, found.records());
                    case DnsAnswer.NoData<?> nothing ->
                            DnsResponder.negative(query, Rcode.NOERROR, TTL);
                    case DnsAnswer.NxDomain<?> nothing ->
                            DnsResponder.negative(query, Rcode.NXDOMAIN, TTL);
                    case DnsAnswer.TempError<?> error -> DnsResponder.answer(query, Rcode.SERVFAIL);
                };
        byte[] wire = m.toWire();
        if (overTcp || wire.length <= UDP_OCTETS) {
            return wire;
        }
        Message cut = DnsResponder.answer(query, Rcode.NOERROR);
        cut.getHeader().setFlag(Flags.TC);
        return cut.toWire();
    }

    private static DnsAnswer<?> ask(TestDns zone, DnsName name, int type) {
        DnsBudget budget = TestDns.budget();
        return switch (type) {
            case Type.TXT -> zone.txt(name, budget);
            case Type.A -> zone.a(name, budget);
            case Type.AAAA -> zone.aaaa(name, budget);
            case Type.MX -> zone.mx(name, budget);
            case Type.PTR -> zone.ptrOf(name, budget);
            default -> throw new IllegalArgumentException("type " + type);
        };
    }

    private static Message found(Message query, Record question, List<?> records)
            throws IOException {
        Message m = DnsResponder.answer(query, Rcode.NOERROR);
        for (Object record : new ArrayList<>(records)) {
            byte[] data =
                    switch (record) {
                        case byte[] text -> strings(text);
                        case InetAddress address -> address.getAddress();
                        case DnsName name -> WireNames.write(name).toWire();
                        case MxRecord mx -> exchanger(mx);
                        default -> throw new IllegalArgumentException("record " + record);
                    };
            Name owner = question.getName();
            m.addRecord(
                    Record.newRecord(owner, question.getType(), DClass.IN, TTL, data),
                    Section.ANSWER);
        }
        return m;
    }

    /** Character-strings of odd lengths, so that every record is split in unlikely places. */
    private static byte[] strings(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        int length = 7;
        do {
            int n = Math.min(length, text.length - at);
            out.write(n);
            out.write(text, at, n);
            at += n;
            length = 255;
        } while (at < text.length);
        return out.toByteArray();
    }

    private static byte[] exchanger(MxRecord mx) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(mx.preference() >> 8);
        out.write(mx.preference());
        out.writeBytes(WireNames.write(mx.exchange()).toWire());
        return out.toByteArray();
    }

    @Override
    public void close() throws IOException {
        client.close();
        responder.close();
    }
}
