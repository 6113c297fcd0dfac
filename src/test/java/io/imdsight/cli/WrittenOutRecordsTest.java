package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.imdsight.linux.ConnectRecord;
import io.imdsight.model.Caller;
import io.imdsight.model.ConnectionCounts;
import io.imdsight.model.IpAddress;
import io.imdsight.model.KernelOnly;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Records whose {@code equals} is written out: a component that is added must be compared, too. */
class WrittenOutRecordsTest {
    private static final Caller PARENT =
            new Caller(1, "/sbin/init", List.of("init"), "init", 0, "root", 5, null, null, null, List.of());

    @Test
    void callers() throws ReflectiveOperationException {
        compares(
                Caller.class,
                new Object[] {
                    7, "/bin/a", List.of("a"), "a", 8, "u", 9L, 10L, "a.service", "c0ffee", "pod", List.of(PARENT)
                },
                new Object[] {8, "/bin/b", List.of("b"), "b", 9, "v", 10L, 11L, "b.service", "decaf", "dop", List.of()
                });
    }

    @Test
    void connectionCounts() throws ReflectiveOperationException {
        compares(ConnectionCounts.class, new Object[] {1L, 2L, 3L, Map.of(KernelOnly.REFUSED, 2L), 4L}, new Object[] {
            2L, 3L, 4L, Map.of(KernelOnly.REFUSED, 3L), 5L
        });
    }

    @Test
    void files() throws ReflectiveOperationException {
        compares(ConnectRecord.FileIdentity.class, new Object[] {1, 2L, 3}, new Object[] {2, 3L, 4});
    }

    @Test
    void placesToListen() throws ReflectiveOperationException {
        compares(Listen.class, new Object[] {IpAddress.IMDS_V4, 1}, new Object[] {IpAddress.IMDS_V6, 2});
    }

    @Test
    void addresses() throws ReflectiveOperationException {
        compares(IpAddress.class, new Object[] {1L, 2L}, new Object[] {2L, 3L});
    }

    /**
     * Makes records that differ in one component.
     *
     * @param one a value of each component
     * @param other another value of each
     */
    private static <R extends Record> void compares(Class<R> type, Object[] one, Object[] other)
            throws ReflectiveOperationException {
        RecordComponent[] components = type.getRecordComponents();
        Constructor<R> constructor = type.getDeclaredConstructor(
                Stream.of(components).map(RecordComponent::getType).toArray(Class[]::new));
        constructor.setAccessible(true);
        R record = constructor.newInstance(one);
        assertEquals(record, constructor.newInstance(one));
        assertEquals(record.hashCode(), constructor.newInstance(one).hashCode());
        assertNotEquals(record, (Object) "text");
        for (int i = 0; i < components.length; i++) {
            Object[] values = one.clone();
            values[i] = other[i];
            assertNotEquals(record, constructor.newInstance(values), components[i].getName());
            if (values[i] instanceof String) {
                values[i] = null;
                R without = constructor.newInstance(values);
                assertNotEquals(record, without, components[i].getName());
                assertNotEquals(without, record, components[i].getName());
                assertEquals(without, constructor.newInstance(values), components[i].getName());
            }
        }
    }
}
