package org.postern.core.config;

import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postern.core.mail.Domain;
import org.postern.core.problem.Place;

/** Reads section {@code authentication}. */
final class AuthenticationReader {
    private final PathResolver paths;
    private @Nullable Place sealingKey;

    AuthenticationReader(PathResolver paths) {
        this.paths = paths;
    }

    /**
     * Reads the section.
     *
     * @param hostname our id where the section names none
     */
    AuthenticationConfig read(Section s, Domain hostname) {
        AuthenticationConfig authentication =
                new AuthenticationConfig(
                        s.orDefault(AuthenticationKeys.ENABLED),
                        s.one(AuthenticationKeys.AUTHSERV_ID).orElse(hostname).ascii(),
                        s.positive(AuthenticationKeys.DEADLINE),
                        s.values(AuthenticationKeys.DMARC_EXCEPTIONS),
                        s.orDefault(AuthenticationKeys.DMARC_REJECT),
                        s.values(AuthenticationKeys.TRUSTED_SEALERS),
                        s.section("arc-seal").flatMap(this::arcSeal).orElse(null),
                        s.orDefault(AuthenticationKeys.RECEIVED_SPF),
                        s.orDefault(AuthenticationKeys.SECOND_OPINION));
        s.finish();
        return authentication;
    }

    private Optional<AuthenticationConfig.ArcSeal> arcSeal(Section s) {
        Optional<Domain> domain = s.one(AuthenticationKeys.ARC_SEAL_DOMAIN);
        Optional<String> selector = s.one(AuthenticationKeys.ARC_SEAL_SELECTOR);
        Optional<Path> key =
                s.one(AuthenticationKeys.ARC_SEAL_KEY)
                        .flatMap(k -> paths.readable(k, s.placeOf(AuthenticationKeys.ARC_SEAL_KEY)))
                        .map(FileReference::absolute);
        sealingKey = s.placeOf(AuthenticationKeys.ARC_SEAL_KEY);
        s.finish();
        return domain.isEmpty() || selector.isEmpty()
                ? Optional.empty()
                : key.map(k -> new AuthenticationConfig.ArcSeal(domain.get(), selector.get(), k));
    }

    /** Where the sealing key stands, once the section is read; empty where none is asked for. */
    Optional<Place> sealingKey() {
        return Optional.ofNullable(sealingKey);
    }
}
