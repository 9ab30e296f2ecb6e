package org.postern.queue.surgery;

/** Hears what people do to the queue. Called on their threads; must not throw. */
@FunctionalInterface
public interface SurgeryListener {
    /** A listener that hears nothing. */
    SurgeryListener NONE = event -> {};

    /** Something was done. */
    void changed(SurgeryEvent event);
}
