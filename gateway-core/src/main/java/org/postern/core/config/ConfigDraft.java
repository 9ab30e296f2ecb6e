package org.postern.core.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.postern.core.mail.Domain;

/**
 * What one pass over the configuration file yields, even where it has errors: the files that it
 * names are known, and are read for problems in the same pass.
 *
 * @param config the configuration, empty if anything forbids its use
 * @param allow files of {@code lists.allow}
 * @param deny files of {@code lists.deny}
 * @param named files of {@code lists.named} by name
 * @param recipientFiles recipient files by the domain that names them, in the order of the file
 */
public record ConfigDraft(
        Optional<PosternConfig> config,
        List<FileReference> allow,
        List<FileReference> deny,
        Map<String, List<FileReference>> named,
        Map<Domain, List<FileReference>> recipientFiles) {
    /** Nothing could be read. */
    static final ConfigDraft NOTHING =
            new ConfigDraft(Optional.empty(), List.of(), List.of(), Map.of(), Map.of());

    public ConfigDraft {
        allow = List.copyOf(allow);
        deny = List.copyOf(deny);
        named = Map.copyOf(named);
    }
}
