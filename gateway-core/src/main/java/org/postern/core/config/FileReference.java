package org.postern.core.config;

import java.nio.file.Path;
import org.postern.core.problem.Place;

/**
 * A file that the configuration names.
 *
 * @param absolute the file
 * @param shown its name in messages: relative where the configuration's own name was
 * @param place where it is named
 */
public record FileReference(Path absolute, Path shown, Place place) {}
