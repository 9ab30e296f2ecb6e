package org.postern.core.lists;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NameIndexTest {
    @Test
    void agreesWithAHashMap() {
        Random random = new Random(11);
        NameIndex index = new NameIndex();
        Map<String, Integer> map = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String name = "n" + random.nextInt(15_000) + (i % 7 == 0 ? "\u00fc" : "");
            Integer before = map.putIfAbsent(name, i);
            assertThat(index.putIfAbsent(name, i))
                    .isEqualTo(before == null ? NameIndex.NONE : before);
            if (i % 5 == 0) {
                index.replace(name, i);
                map.put(name, i);
            }
        }
        assertThat(index.size()).isEqualTo(map.size());
        map.forEach((name, value) -> assertThat(index.find(name)).isEqualTo(value));
        assertThat(index.find("absent")).isEqualTo(NameIndex.NONE);
        assertThat(index.find("")).isEqualTo(NameIndex.NONE);
    }

    @Test
    void replacesOnlyWhatIsThere() {
        assertThatThrownBy(() -> new NameIndex().replace("x", 1))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
