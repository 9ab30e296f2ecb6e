package org.postern.core.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Section {@code log}.
 *
 * @param level {@code level}: error, warn, info or debug
 * @param jsonFile {@code json-file}: one JSON object a line, or null for none
 */
public record LogConfig(String level, @Nullable Path jsonFile) {}
