package org.postern.core.yaml;

import org.postern.core.problem.Place;

/** Receives a large YAML file piece by piece, in the order of the file. */
public interface YamlSections {
    /**
     * A top-level key. Called before its value.
     *
     * @param key the key
     * @param place where it stands
     * @return whether the items of its list are wanted one by one ({@link #item}); otherwise the
     *     value comes whole ({@link #value})
     */
    boolean section(String key, Place place);

    /** One item of the list under the current key, or of a list that is the file itself. */
    void item(YamlNode item);

    /** The whole value of the current key. */
    void value(YamlNode value);

    /** The file is neither a mapping nor a list. */
    void neither(YamlNode value);

    /**
     * The file itself is a list.
     *
     * @return whether its items are wanted
     */
    boolean list(Place place);
}
