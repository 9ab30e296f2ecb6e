package org.postern.auth.dns;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.postern.core.net.Ip;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of {@code resolv.conf} that concerns us: {@code nameserver} lines and {@code trust-ad}.
 * {@code search} and {@code domain} are not read: a search list can turn {@code none} into {@code
 * pass}. No usable line means the resolver on this host, as in the C library.
 *
 * @param servers in their order
 * @param trustAd whether the administrator says that the path to them can be trusted for AD
 */
record ResolvConf(List<InetSocketAddress> servers, boolean trustAd) {
    static final Path PATH = Path.of("/etc/resolv.conf");
    private static final Logger LOG = LoggerFactory.getLogger(ResolvConf.class);
    private static final int PORT = 53;
    private static final int MAX_SERVERS = 3; // as in the C library

    ResolvConf {
        servers = List.copyOf(servers);
    }

    /** Reads a file; one that is not there is an empty one. */
    static ResolvConf read(Path path) throws IOException {
        return Files.exists(path)
                ? parse(Files.readString(path, StandardCharsets.ISO_8859_1))
                : parse("");
    }

    static ResolvConf parse(String text) {
        List<InetSocketAddress> servers = new ArrayList<>();
        boolean trustAd = false;
        for (String line : (Iterable<String>) text.lines()::iterator) {
            String[] words = line.strip().split("\\s+", -1);
            if (words[0].equals("nameserver") && words.length > 1 && servers.size() < MAX_SERVERS) {
                try {
                    InetAddress address = Ip.parseScoped(words[1]);
                    servers.add(new InetSocketAddress(address, PORT));
                } catch (IllegalArgumentException e) {
                    LOG.warn("resolv.conf: nameserver {} is no address, left out", words[1]);
                }
            } else if (words[0].equals("options")) {
                trustAd |= List.of(words).contains("trust-ad");
            }
        }
        if (servers.isEmpty()) {
            servers.add(new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT));
        }
        return new ResolvConf(servers, trustAd);
    }
}
