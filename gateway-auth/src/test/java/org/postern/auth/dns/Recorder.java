package org.postern.auth.dns;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A listener that remembers. */
final class Recorder implements DnsListener {
    private final List<Outcome> outcomes = Collections.synchronizedList(new ArrayList<>());
    private final List<Event> events = Collections.synchronizedList(new ArrayList<>());

    @Override
    public void asked(Outcome outcome) {
        outcomes.add(outcome);
    }

    @Override
    public void happened(Event event) {
        events.add(event);
    }

    List<Outcome> outcomes() {
        synchronized (outcomes) {
            return List.copyOf(outcomes);
        }
    }

    List<Event> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }
}
