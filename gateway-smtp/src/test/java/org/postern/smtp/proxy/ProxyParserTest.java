package org.postern.smtp.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postern.core.net.Ip;

class ProxyParserTest {
    private static ProxyParser.Result parse(byte[] b) {
        return ProxyParser.parse(b, 0, b.length);
    }

    private static ProxyHeader header(byte[] b) {
        assertThat(parse(b)).isInstanceOf(ProxyParser.Complete.class);
        return ((ProxyParser.Complete) parse(b)).header();
    }

    private static ProxyHeader line(String line) {
        return header((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private static ProxyHeader.Proxied proxied(String source, int p, String destination, int q) {
        return new ProxyHeader.Proxied(
                new InetSocketAddress(Ip.parse(source), p),
                new InetSocketAddress(Ip.parse(destination), q));
    }

    private static byte[] v2(int command, int family, byte[]... parts) {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            rest.writeBytes(part);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes("\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII));
        out.write(0x20 | command);
        out.write(family);
        out.write(rest.size() >> 8);
        out.write(rest.size());
        out.writeBytes(rest.toByteArray());
        return out.toByteArray();
    }

    private static final byte[] ADDRESSES = {(byte) 192, 0, 2, 7, 127, 0, 0, 1, 1, 2, 0, 25};

    @Test
    void version1IsRead() {
        assertThat(line("PROXY TCP4 192.0.2.7 127.0.0.1 258 25"))
                .isEqualTo(proxied("192.0.2.7", 258, "127.0.0.1", 25));
        assertThat(line("PROXY TCP6 2001:db8::7 ::1 65535 25"))
                .isEqualTo(proxied("2001:db8::7", 65535, "::1", 25));
        assertThat(line("PROXY UNKNOWN ffff:f...f:ffff 1 2 3 anything"))
                .isEqualTo(ProxyHeader.Local.INSTANCE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PROXY",
                "PROXY ",
                "PROXY TCP4",
                "PROXY TCP4 192.0.2.7 127.0.0.1 258",
                "PROXY TCP4 192.0.2.7 127.0.0.1 258 25 ",
                "PROXY  TCP4 192.0.2.7 127.0.0.1 258 25",
                "PROXY TCP4 192.0.2.07 127.0.0.1 258 25",
                "PROXY TCP4 192.0.2.256 127.0.0.1 258 25",
                "PROXY TCP4 0.0.0.0 127.0.0.1 258 25",
                "PROXY TCP4 224.0.0.1 127.0.0.1 258 25",
                "PROXY TCP6 ff02::1 ::1 258 25",
                "PROXY TCP4 2001:db8::7 ::1 258 25",
                "PROXY TCP6 192.0.2.7 127.0.0.1 258 25",
                "PROXY TCP6 2001:db8::7%eth0 ::1 258 25",
                "PROXY TCP4 192.0.2.7 127.0.0.1 65536 25",
                "PROXY TCP4 192.0.2.7 127.0.0.1 -1 25",
                "PROXY TCP4 192.0.2.7 127.0.0.1 025 25",
                "PROXY UDP4 192.0.2.7 127.0.0.1 258 25",
                "EHLO client.test"
            })
    void badVersion1IsRefused(String line) {
        assertThat(line(line)).isInstanceOf(ProxyHeader.Invalid.class);
    }

    @Test
    void aLineWithoutEndIsRefusedAt107Octets() {
        byte[] endless = "PROXY TCP4 ".repeat(20).getBytes(StandardCharsets.US_ASCII);
        assertThat(ProxyParser.parse(endless, 0, 106)).isEqualTo(ProxyParser.Incomplete.INSTANCE);
        assertThat(header(endless)).isInstanceOf(ProxyHeader.Invalid.class);
        assertThat(header("PROXY UNKNOWN\n".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(ProxyHeader.Invalid.class);
    }

    @Test
    void version2IsReadAndWhatFollowsIsLeft() {
        byte[] header = v2(1, 0x11, ADDRESSES);
        ByteArrayOutputStream more = new ByteArrayOutputStream();
        more.writeBytes(header);
        more.writeBytes("EHLO".getBytes(StandardCharsets.US_ASCII));
        assertThat(parse(more.toByteArray()))
                .isEqualTo(
                        new ProxyParser.Complete(
                                proxied("192.0.2.7", 258, "127.0.0.1", 25), header.length));
    }

    @Test
    void localAndFamiliesWithoutIpKeepTheSocketsAddresses() {
        assertThat(header(v2(0, 0))).isEqualTo(ProxyHeader.Local.INSTANCE);
        assertThat(header(v2(0, 0x11, ADDRESSES))).isEqualTo(ProxyHeader.Local.INSTANCE);
        assertThat(header(v2(1, 0x31, new byte[216]))).isEqualTo(ProxyHeader.Local.INSTANCE);
        assertThat(header(v2(1, 0))).isEqualTo(ProxyHeader.Local.INSTANCE);
    }

    @Test
    void version2OfBadFormIsRefused() {
        assertThat(header(v2(2, 0x11, ADDRESSES))).isInstanceOf(ProxyHeader.Invalid.class);
        assertThat(header(v2(1, 0x11, new byte[11]))).isInstanceOf(ProxyHeader.Invalid.class);
        assertThat(header(v2(1, 0x21, ADDRESSES))).isInstanceOf(ProxyHeader.Invalid.class);
        assertThat(header(v2(1, 0x11, ADDRESSES, new byte[] {4, 0})))
                .isInstanceOf(ProxyHeader.Invalid.class);
        assertThat(header(v2(1, 0x11, ADDRESSES, new byte[] {4, 0, 9, 1})))
                .isInstanceOf(ProxyHeader.Invalid.class);
        byte[] wrongVersion = v2(1, 0x11, ADDRESSES);
        wrongVersion[12] = 0x31;
        assertThat(header(wrongVersion)).isInstanceOf(ProxyHeader.Invalid.class);
        assertThat(header(v2(1, 0x11, ADDRESSES, new byte[5_000])))
                .isInstanceOf(ProxyHeader.Invalid.class);
    }

    @Test
    void theChecksumIsVerifiedAndOtherTlvsAreSkipped() {
        byte[] good =
                v2(
                        1,
                        0x11,
                        ADDRESSES,
                        new byte[] {1, 0, 2, 'h', '2'},
                        new byte[] {3, 0, 4, 0, 0, 0, 0});
        CRC32C crc = new CRC32C();
        crc.update(good);
        int value = (int) crc.getValue();
        for (int i = 0; i < 4; i++) {
            good[good.length - 4 + i] = (byte) (value >>> (24 - 8 * i));
        }
        assertThat(header(good)).isEqualTo(proxied("192.0.2.7", 258, "127.0.0.1", 25));
        good[20] ^= 1;
        assertThat(header(good))
                .isEqualTo(new ProxyHeader.Invalid("version 2 checksum does not hold"));
    }
}
