package org.postern.core.lists;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.postern.core.net.Cidr;

class NetworkIndexTest {
    private final Random random = new Random(7);

    private InetAddress address(boolean six) throws UnknownHostException {
        byte[] octets = new byte[six ? 16 : 4];
        random.nextBytes(octets);
        // few distinct values, so that networks nest and addresses fall into them
        for (int i = 0; i < octets.length; i++) {
            octets[i] &= i == octets.length - 1 ? (byte) 0xff : (byte) 0x81;
        }
        return InetAddress.getByAddress(octets);
    }

    @Test
    void agreesWithAPlainSearchOverAllNetworks() throws UnknownHostException {
        for (int round = 0; round < 50; round++) {
            NetworkIndex index = new NetworkIndex();
            List<Cidr> networks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                boolean six = random.nextBoolean();
                Cidr network = Cidr.of(address(six), random.nextInt(six ? 129 : 33));
                networks.add(network);
                index.add(network, i);
            }
            index.freeze((a, b) -> false);
            for (int i = 0; i < 1_000; i++) {
                InetAddress address = address(random.nextBoolean());
                int odd = random.nextInt(3);
                Cidr expected = null;
                for (Cidr network : networks) {
                    boolean wanted = networks.indexOf(network) % 3 != odd;
                    if (wanted
                            && network.contains(address)
                            && (expected == null || network.prefix() > expected.prefix())) {
                        expected = network;
                    }
                }
                int found = index.find(address, e -> e % 3 != odd);
                if (expected == null) {
                    assertThat(found).isEqualTo(NetworkIndex.NONE);
                } else {
                    assertThat(index.network(found, address)).isEqualTo(expected);
                }
            }
        }
    }
}
