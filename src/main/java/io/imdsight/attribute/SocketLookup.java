package io.imdsight.attribute;

import io.imdsight.linux.KernelException;
import io.imdsight.linux.ProcessDirectory;
import io.imdsight.linux.SocketTable;
import io.imdsight.linux.ThreadPriority;
import io.imdsight.model.Attribution;
import io.imdsight.model.Connection;
import io.imdsight.model.Drop;
import io.imdsight.model.Drops;
import io.imdsight.model.Endpoints;
import io.imdsight.model.Evidence;
import io.imdsight.model.EvidenceMethod;
import io.imdsight.model.IpAddress;
import java.io.Closeable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;

/**
 * The second way: asks the kernel for a connection's socket, in the network namespace of the thread that made this, and looks for the process
 * that holds it. On a thread of its own, for it may take long; the socket and the process must still be there.
 */
final class SocketLookup implements Closeable {
    /** A burst of so many connections waits; what comes on top is counted as dropped. */
    static final int QUEUE_MAX = 1024;

    /** One pass through the processes' files serves so many. */
    private static final int BATCH_MAX = 64;

    /** Connections that are there at the start: kept-alive ones of daemons. */
    private static final int SEEDS_MAX = 256;

    /** How often old results are looked for, while there are any. */
    private static final long TICK_MILLIS = 5_000;

    private static final Evidence HANDED_OVER = new Evidence(
            EvidenceMethod.SOCKET_TABLE,
            "it holds the socket, but started after the connection was opened: handed over");

    private static final Evidence SEVERAL = new Evidence(
            EvidenceMethod.SOCKET_TABLE,
            "it holds the socket, but so does a process that started later: which of them sends cannot be told here");

    private final SocketTable sockets;
    private final SocketHolders holders;
    private final CallerReader reader;
    private final Endpoints endpoints;
    private final Drops drops;
    private final BlockingQueue<LookupResults.Lookup> queue = new ArrayBlockingQueue<>(QUEUE_MAX);
    private final LookupResults results = new LookupResults();
    private final AtomicLong lookups = new AtomicLong();
    private final AtomicLong named = new AtomicLong();
    private final BiConsumer<Connection, Attribution> seeds;
    private final AttributorOptions options;
    private final Thread thread =
            Thread.ofPlatform().name("imdsight-lookup").daemon().unstarted(this::run);
    private volatile boolean closing;

    /**
     * Starts the thread.
     *
     * @param seeds takes the connections that are open already, with who holds them
     */
    SocketLookup(
            AttributorOptions options,
            SocketHolders holders,
            CallerReader reader,
            BiConsumer<Connection, Attribution> seeds)
            throws KernelException {
        this.options = options;
        this.endpoints = options.endpoints();
        this.drops = options.drops();
        this.holders = holders;
        this.reader = reader;
        this.seeds = seeds;
        sockets = new SocketTable();
        thread.start();
    }

    /** Asks for a look-up, without waiting for it. */
    void submit(Connection connection, long openedNanos) {
        enqueue(new LookupResults.Key(connection, openedNanos));
    }

    /** The look-up asked for before, or one asked for now; null where too many wait. */
    private LookupResults.Lookup enqueue(LookupResults.Key key) {
        synchronized (results) {
            LookupResults.Lookup known = results.get(key);
            if (known != null) {
                return known;
            }
            LookupResults.Lookup lookup = new LookupResults.Lookup(key);
            if (!queue.offer(lookup)) {
                drops.add(Drop.LOOKUP_QUEUE);
                return null;
            }
            results.add(lookup);
            return lookup;
        }
    }

    /**
     * What a look-up found; it is made now where none was asked for before.
     *
     * @param waitNanosMax how long to wait for it
     */
    Attribution find(Connection connection, long openedNanos, long waitNanosMax) throws InterruptedException {
        LookupResults.Lookup lookup = enqueue(new LookupResults.Key(connection, openedNanos));
        if (lookup == null) {
            return Attribution.none("too many sockets wait to be looked up");
        }
        if (!lookup.done.await(waitNanosMax, TimeUnit.NANOSECONDS)) {
            return Attribution.none("the socket's look-up took too long");
        }
        return lookup.result;
    }

    /** The connection has ended: its result is of use for a while yet. */
    void closed(Connection connection, long openedNanos) {
        results.closed(
                new LookupResults.Key(connection, openedNanos), options.clock().monotonicNanos());
    }

    private void run() {
        try {
            reader.warmUp();
            seed();
            ThreadPriority.urgent();
            while (!closing) {
                LookupResults.Lookup first =
                        results.isEmpty() ? queue.take() : queue.poll(TICK_MILLIS, TimeUnit.MILLISECONDS);
                if (first == null) {
                    results.expire(options.clock().monotonicNanos());
                    continue;
                }
                List<LookupResults.Lookup> batch = new ArrayList<>();
                batch.add(first);
                queue.drainTo(batch, BATCH_MAX - 1);
                work(batch);
            }
        } catch (InterruptedException e) {
            closing = true;
        }
    }

    private void seed() {
        List<LookupResults.Lookup> open = new ArrayList<>();
        long nowNanos = options.clock().epoch().getAsLong();
        try {
            sockets.visit(endpoints.port(), s -> {
                IpAddress to = address(s.destination());
                if (open.size() < SEEDS_MAX && endpoints.isService(to.high(), to.low(), s.destinationPort())) {
                    Connection c = new Connection(address(s.source()), s.sourcePort(), to, s.destinationPort());
                    open.add(new LookupResults.Lookup(new LookupResults.Key(c, nowNanos)));
                }
            });
        } catch (KernelException e) {
            return; // each connection is looked up when it is seen
        }
        work(open);
        for (LookupResults.Lookup l : open) {
            if (l.result.caller() != null) {
                seeds.accept(l.key.connection(), l.result);
            }
        }
    }

    private static IpAddress address(byte[] bytes) {
        try {
            return IpAddress.of(InetAddress.getByAddress(bytes));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has four or sixteen bytes", e);
        }
    }

    /** Looks a batch up: all sockets first, for they vanish first, then one pass through the processes. */
    private void work(List<LookupResults.Lookup> batch) {
        Map<Long, LookupResults.Lookup> wanted = new HashMap<>();
        for (LookupResults.Lookup l : batch) {
            lookups.incrementAndGet();
            ask(l, wanted);
        }
        if (wanted.isEmpty()) {
            return;
        }
        SocketHolders.End end = holders.search(new SocketHolders.Wanted() {
            @Override
            public boolean isEmpty() {
                return wanted.isEmpty();
            }

            @Override
            public boolean has(long inode) {
                return wanted.containsKey(inode);
            }

            @Override
            public void found(long inode, ProcessDirectory process) {
                if (holds(wanted.get(inode), process)) {
                    wanted.remove(inode);
                }
            }
        });
        String reason = switch (end) {
            case REFUSED ->
                "the process had let go of the socket, or its files may not be looked at (needs CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH)";
            case LATE -> "the search for the socket's process took too long";
            case FOUND, SEARCHED -> "the process had let go of the socket before it was found";
        };
        for (LookupResults.Lookup l : wanted.values()) {
            complete(l, l.second != null ? l.second : Attribution.none(reason));
        }
    }

    private void ask(LookupResults.Lookup l, Map<Long, LookupResults.Lookup> wanted) {
        Connection c = l.key.connection();
        try {
            SocketTable.Entry socket = sockets.find(
                    c.originator().bytes(), c.originatorPort(), c.responder().bytes(), c.responderPort());
            if (socket == null) {
                complete(
                        l,
                        Attribution.none(
                                "no such socket in this network namespace, or it was gone before it could be looked up"));
            } else if (socket.inode() == 0) {
                complete(l, Attribution.none("the process had let go of the socket before it could be looked up"));
            } else {
                LookupResults.Lookup same = wanted.put(socket.inode(), l);
                if (same != null) {
                    complete(same, Attribution.none("the connection's addresses and ports were used again"));
                }
            }
        } catch (KernelException e) {
            complete(l, Attribution.none(e.getMessage()));
        }
    }

    /** Whether a holder of the socket can be who opened it: one that started later was handed it. */
    private boolean holds(LookupResults.Lookup l, ProcessDirectory process) {
        CallerReader.Raw raw = CallerReader.read(process);
        if (raw == null) {
            return false;
        }
        if (reader.startedBefore(raw.stat(), l.key.openedNanos())) {
            complete(l, new Attribution(reader.describe(raw), l.second == null ? Evidence.SOCKET_TABLE : SEVERAL));
            return true;
        }
        if (l.second == null) {
            l.second = new Attribution(reader.describe(raw), HANDED_OVER);
        }
        return false;
    }

    private void complete(LookupResults.Lookup l, Attribution result) {
        if (result.caller() != null) {
            named.incrementAndGet();
        }
        results.weigh(l, result);
        l.result = result;
        l.done.countDown();
    }

    long lookups() {
        return lookups.get();
    }

    long named() {
        return named.get();
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        sockets.close();
    }
}
