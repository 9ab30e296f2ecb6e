/**
 * YAML files as a tree that knows its places, or as a stream for files of a million entries. Built
 * on the event interface of snakeyaml-engine; no value is turned into a Java object by its tag.
 */
@NullMarked
package org.postern.core.yaml;

import org.jspecify.annotations.NullMarked;
