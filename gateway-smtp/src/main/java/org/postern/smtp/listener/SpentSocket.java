package org.postern.smtp.listener;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;

/**
 * What SubEtha holds after its socket was taken over: nothing to read, writes vanish. Closing it
 * closes nothing, for the real socket is closed by its own session.
 */
final class SpentSocket extends Socket {
    private final Socket taken;

    SpentSocket(Socket taken) {
        this.taken = taken;
    }

    @Override
    public InputStream getInputStream() {
        return InputStream.nullInputStream();
    }

    @Override
    public OutputStream getOutputStream() {
        return OutputStream.nullOutputStream();
    }

    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return taken.getRemoteSocketAddress();
    }

    @Override
    public InetAddress getInetAddress() {
        return taken.getInetAddress();
    }

    @Override
    public int getPort() {
        return taken.getPort();
    }

    @Override
    public boolean isBound() {
        return false;
    }
}
