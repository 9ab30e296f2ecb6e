package org.postern.app.text;

import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** JSON as the program reads and writes it everywhere. */
public final class Json {
    /** The mapper; thread-safe. */
    public static final ObjectMapper MAPPER = JsonMapper.builder().build();

    private Json() {}
}
