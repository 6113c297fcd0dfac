package io.imdsight.linux;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;

/**
 * Runs something when a signal comes. The virtual machine's own way, {@code sun.misc.Signal} of the module jdk.unsupported, has no successor; it is
 * reached by name because the compiler warns of it in a way that nothing can silence.
 */
public final class Signals {
    private Signals() {}

    /**
     * From now on a signal runs that, on a thread of its own, instead of what it did.
     *
     * @param name without SIG, as {@code HUP}
     * @return whether that could be arranged; where not, the signal does what it did before
     */
    public static boolean on(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getDeclaringClass() == Object.class) {
                            return objectMethod(self, method, arguments);
                        }
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            return true;
        } catch (ReflectiveOperationException | LinkageError e) {
            return false;
        }
    }

    private static Object objectMethod(Object self, Method method, Object[] arguments) {
        return switch (method.getName()) {
            case "equals" -> self == arguments[0];
            case "hashCode" -> System.identityHashCode(self);
            default -> "signal handler";
        };
    }
}
