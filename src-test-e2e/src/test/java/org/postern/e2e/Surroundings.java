package org.postern.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What stands around the gateway, started once for all test classes: a DNS server with the test
 * zones, a Dovecot, and one gateway for the tests that need none of their own.
 */
final class Surroundings implements AutoCloseable {
    private final Path folder;
    private final DnsServer dns;
    private final DovecotServer dovecot;
    private @Nullable Gateway gateway;

    private Surroundings() {
        this.folder = newFolder("peers");
        this.dns = DnsServer.start(folder.resolve("dns"));
        this.dovecot = DovecotServer.start(folder.resolve("dovecot"), Ports.free());
    }

    /** The name server. */
    DnsServer dns() {
        return dns;
    }

    /** The mailbox store. */
    DovecotServer dovecot() {
        return dovecot;
    }

    /** The gateway that tests share; who stops it or changes its configuration takes another. */
    synchronized Gateway gateway() {
        if (gateway == null) {
            gateway = Gateway.in(newFolder("shared"), this).start();
        }
        return gateway;
    }

    /** A new gateway, not yet started, that resolves and delivers here. */
    Gateway newGateway(String name) {
        return Gateway.in(newFolder(name), this);
    }

    @Override
    public synchronized void close() {
        if (gateway != null) {
            gateway.close();
        }
        dovecot.close();
        dns.close();
        delete(folder);
    }

    /** A folder of its own that the servers' users can enter. */
    static Path newFolder(String name) {
        try {
            return Files.createTempDirectory(
                    "postern-" + name + "-",
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwxr-xr-x")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Removes a folder with all that lies in it. */
    static void delete(Path folder) {
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.deleteIfExists(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult visitFileFailed(Path file, IOException e) {
                            return FileVisitResult.CONTINUE; // gone in the meantime
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path directory, @Nullable IOException e) throws IOException {
                            Files.deleteIfExists(directory);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Hands the surroundings to test methods; the first to ask starts them. */
    static final class Provider implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Surroundings.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.create(Surroundings.class))
                    .computeIfAbsent("surroundings", key -> new Surroundings(), Surroundings.class);
        }
    }
}
