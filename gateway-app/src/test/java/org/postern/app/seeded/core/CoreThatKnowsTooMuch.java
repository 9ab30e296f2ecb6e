package org.postern.app.seeded.core;

import jakarta.mail.Address;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import org.postern.app.seeded.queue.spool.QueueThatKnowsAuth;

/** Breaks every rule of core. */
public record CoreThatKnowsTooMuch(Socket socket, Address address, QueueThatKnowsAuth queue) {
    /** Asks the name service. */
    public static InetAddress lookUp(String name) throws UnknownHostException {
        return InetAddress.getByName(name);
    }

    /** Writes an address as nobody in mail does. */
    public static String longForm(InetAddress address) {
        return address.getHostAddress();
    }
}
