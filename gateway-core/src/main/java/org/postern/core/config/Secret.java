package org.postern.core.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A secret as the configuration names it; read anew at each use, so that it can be changed without
 * a reload. Never shown: {@code toString} tells where it lies.
 */
public sealed interface Secret {
    /**
     * The secret itself.
     *
     * @throws IOException if it cannot be had just now; the message names place and reason, never
     *     the secret
     */
    String read() throws IOException;

    /**
     * {@code { file: path }}: the file's content without the line end behind it.
     *
     * @param path the file, absolute
     */
    record OfFile(Path path) implements Secret {
        private static final int MAX_BYTES = 64 * 1024;

        @Override
        public String read() throws IOException {
            byte[] bytes;
            try (var in = Files.newInputStream(path)) {
                bytes = in.readNBytes(MAX_BYTES + 1);
            } catch (IOException e) {
                throw new IOException(
                        "secret " + path + " cannot be read: " + e.getClass().getSimpleName(), e);
            }
            if (bytes.length > MAX_BYTES) {
                throw new IOException("secret " + path + " is longer than 64 KB");
            }
            return new String(bytes, StandardCharsets.UTF_8).stripTrailing();
        }

        @Override
        public String toString() {
            return "file " + path;
        }
    }

    /**
     * {@code { env: NAME }}.
     *
     * @param name of the environment variable
     */
    record OfEnvironment(String name) implements Secret {
        @Override
        public String read() throws IOException {
            String value = System.getenv(name);
            if (value == null) {
                throw new IOException("environment variable " + name + " is not set");
            }
            return value;
        }

        @Override
        public String toString() {
            return "environment variable " + name;
        }
    }

    /**
     * Written in the configuration itself, which is warned of.
     *
     * @param value the secret
     */
    record Literal(String value) implements Secret {
        @Override
        public String read() {
            return value;
        }

        @Override
        public String toString() {
            return "in the configuration";
        }
    }
}
