package org.postern.app.wiring;

import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * SIGHUP. The JDK's only way to it is {@code sun.misc.Signal} in {@code jdk.unsupported}; it is
 * reached by reflection, so that a JDK without it costs the signal and nothing else ({@code postern
 * reload} does the same).
 */
final class Signals {
    private static final Logger LOG = LoggerFactory.getLogger(Signals.class);

    private Signals() {}

    @SuppressWarnings("ReferenceEquality") // a proxy's identity is what its equals is about
    private static boolean isSame(Object self, Object @Nullable [] args) {
        return args != null && args.length == 1 && self == args[0];
    }

    /** Runs {@code action} on each SIGHUP, on a thread of the JVM's. */
    static void onHangup(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(
                            Signals.class.getClassLoader(),
                            new Class<?>[] {handler},
                            (self, method, args) ->
                                    switch (method.getName()) {
                                        case "handle" -> {
                                            action.run();
                                            yield null;
                                        }
                                        case "hashCode" -> System.identityHashCode(self);
                                        case "equals" -> isSame(self, args);
                                        default -> "SIGHUP handler";
                                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance("HUP"), proxy);
        } catch (ReflectiveOperationException | IllegalArgumentException e) {
            LOG.warn("SIGHUP cannot be caught here ({}); use: postern reload", e.toString());
        }
    }
}
