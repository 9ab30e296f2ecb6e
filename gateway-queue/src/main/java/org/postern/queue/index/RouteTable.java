package org.postern.queue.index;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Numbers for routes: a route is a message's recipient domains, joined by commas. Of those that are
 * longer than {@value #MAX_LENGTH} characters, or come when {@value #MAX_ROUTES} are known already,
 * the number is 0 and the text empty. Thread-safe.
 */
final class RouteTable {
    private static final int MAX_ROUTES = 1 << 16;
    private static final int MAX_LENGTH = 1000;

    private final Map<String, Integer> numbers = new ConcurrentHashMap<>();
    private final List<String> texts = new ArrayList<>(List.of(""));

    int number(String text) {
        if (text.isEmpty() || text.length() > MAX_LENGTH) {
            return 0;
        }
        // nearly always known: sessions do not queue for that
        Integer known = numbers.get(text);
        return known != null ? known : add(text);
    }

    private synchronized int add(String text) {
        Integer known = numbers.get(text);
        if (known != null) {
            return known;
        }
        if (texts.size() >= MAX_ROUTES) {
            return 0;
        }
        texts.add(text);
        numbers.put(text, texts.size() - 1);
        return texts.size() - 1;
    }

    synchronized String text(int number) {
        return texts.get(number);
    }

    /** How many there are, number 0 included. */
    synchronized int size() {
        return texts.size();
    }
}
