package org.postern.app.wiring;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.jspecify.annotations.Nullable;
import org.postern.auth.dkim.Canonicalization;
import org.postern.auth.dkim.SigningInput;
import org.postern.auth.dkim.SigningKey;
import org.postern.core.config.AuthenticationConfig;
import org.postern.core.config.PosternConfig;

/** Reads the key that {@code authentication.arc-seal} names. */
final class SealingKey {
    /** Where the key's place is found in a configuration, and its name. */
    static final String PATH = "authentication.arc-seal.key";

    private SealingKey() {}

    /**
     * The key, or null where none is named.
     *
     * @throws SealingKeyException with place and remedy, if it cannot be read or cannot sign
     */
    static @Nullable SigningKey read(PosternConfig config) throws SealingKeyException {
        AuthenticationConfig.ArcSeal seal = config.authentication().arcSeal();
        if (seal == null) {
            return null;
        }
        try {
            SigningKey key =
                    SigningKey.ofPem(
                            seal.domain(),
                            seal.selector(),
                            Files.readString(seal.key(), StandardCharsets.US_ASCII));
            // a key too short for the digest shows now and not with the first message
            byte[] _ = key.sign(new SigningInput(Canonicalization.RELAXED));
            return key;
        } catch (IOException e) {
            throw failure(seal, "cannot be read as text (" + e.getClass().getSimpleName() + ")", e);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw failure(seal, "is of no use: " + e.getMessage(), e);
        }
    }

    private static SealingKeyException failure(
            AuthenticationConfig.ArcSeal seal, String what, Exception cause) {
        return new SealingKeyException(
                PATH
                        + ": "
                        + seal.key()
                        + " "
                        + what
                        + "; name a PEM file with an RSA or Ed25519 key, unencrypted",
                cause);
    }

    /** Why no key could be had; the message does not repeat the key. */
    static final class SealingKeyException extends Exception {
        private static final long serialVersionUID = 1L;

        SealingKeyException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
