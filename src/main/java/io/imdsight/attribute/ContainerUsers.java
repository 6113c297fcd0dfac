package io.imdsight.attribute;

import io.imdsight.linux.ProcessText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * User names as a container has them: from the passwd file that its own processes see. Such a file is somebody else's, on a file system that may
 * never answer, so that it is read on a thread of its own, for which nobody waits long. May be used from several threads.
 */
final class ContainerUsers {
    /** Containers that call. */
    static final int CONTAINERS_MAX = 128;

    /** As for the machine's own. */
    static final int BYTES_MAX = 1024 * 1024;

    /** A file in the page cache takes 0.1 ms; who waits longer has the number only, and the name the next time. */
    static final long WAIT_MILLIS_MAX = 10;

    private static final int READERS_WAITING_MAX = 16;

    /** A container's users change seldom. */
    private static final long KEPT_NANOS = 60_000_000_000L;

    private static final OpenOption[] READ = {StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS};

    /** What one container has; null parts where they could not be read. */
    private record Users(Map<Integer, String> names, byte[] userMap, long readNanos) {}

    private final Path procRoot;
    /** Made for the first container. */
    private ThreadPoolExecutor readers;

    private final Map<Long, Future<Users>> byMounts = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Future<Users>> eldest) {
            return size() > CONTAINERS_MAX;
        }
    };

    ContainerUsers(Path procRoot) {
        this.procRoot = procRoot;
    }

    private Future<Users> submit(Callable<Users> reading) {
        if (readers == null) {
            readers = makeReaders();
        }
        return readers.submit(reading);
    }

    private static ThreadPoolExecutor makeReaders() {
        ThreadPoolExecutor out = new ThreadPoolExecutor(
                1,
                1,
                5,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(READERS_WAITING_MAX),
                task -> Thread.ofPlatform().name("imdsight-users").daemon().unstarted(task));
        out.allowCoreThreadTimeOut(true); // nobody ends it
        return out;
    }

    /**
     * The name of a user.
     *
     * @param pid a process that is in there; 0 where it is gone
     * @param userId as the machine has it
     * @param mounts the number of its mount namespace
     * @return null where it is not known (yet)
     */
    String name(int pid, int userId, long mounts, long nowNanos) {
        Future<Users> asked;
        synchronized (byMounts) {
            asked = byMounts.get(mounts);
            if (pid > 0 && (asked == null || isOld(asked, nowNanos))) {
                try {
                    asked = submit(() -> read(pid, mounts, nowNanos));
                    byMounts.put(mounts, asked);
                } catch (RejectedExecutionException e) {
                    return null;
                }
            }
        }
        Users users = asked == null ? null : result(asked, WAIT_MILLIS_MAX);
        if (users == null || users.names() == null || users.userMap() == null) {
            return null;
        }
        return users.names().get(ProcessText.insideUserId(users.userMap(), userId));
    }

    private static boolean isOld(Future<Users> asked, long nowNanos) {
        Users users = asked.isDone() ? result(asked, 0) : null;
        return asked.isDone() && (users == null || users.names() == null || nowNanos - users.readNanos() > KEPT_NANOS);
    }

    private static Users result(Future<Users> asked, long waitMillis) {
        try {
            return asked.get(waitMillis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    private Users read(int pid, long mounts, long nowNanos) {
        Path process = procRoot.resolve(Integer.toString(pid));
        Path directory = process.resolve("root/etc");
        Path passwd = directory.resolve("passwd");
        // A link would lead to a file of the machine's own, and another kind of file could be anything.
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                || !Files.isRegularFile(passwd, LinkOption.NOFOLLOW_LINKS)) {
            return new Users(null, null, nowNanos);
        }
        try (InputStream in = Files.newInputStream(passwd, READ)) {
            byte[] names = in.readNBytes(BYTES_MAX);
            byte[] map = Files.readAllBytes(process.resolve("uid_map"));
            String link = Files.readSymbolicLink(process.resolve("ns/mnt")).toString();
            boolean same = ProcessText.namespace(link.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1)) == mounts;
            return new Users(same ? ProcessText.accounts(names) : null, map, nowNanos);
        } catch (IOException e) {
            return new Users(null, null, nowNanos);
        }
    }
}
