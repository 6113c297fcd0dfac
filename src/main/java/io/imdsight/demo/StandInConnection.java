package io.imdsight.demo;

import io.imdsight.linux.TcpConnection;
import io.imdsight.model.Escaped;
import io.imdsight.model.IpAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** One client's connection, served until either side ends it. */
final class StandInConnection implements Runnable {
    /** As much as imdsight itself reads of a head. */
    private static final int HEAD_BYTES_MAX = 64 * 1024;

    /** Read at once: a client's whole head, as a rule. */
    private static final int CHUNK_BYTES = 4096;

    /** No client of the service uploads anything; more than this ends the connection. */
    private static final int BODY_BYTES_MAX = 1024 * 1024;

    /** A test may send some thousands on one connection. */
    private static final int REQUESTS_MAX = 100_000;

    /** Longer than any client waits between two requests, or for an answer that never comes. */
    private static final int IDLE_MILLIS_MAX = 60_000;

    /** For what a client has already sent when the service closes: unread bytes would turn the close into a reset. */
    private static final int LINGER_MILLIS = 200;

    private final TcpConnection socket;
    private final StandInAnswers answers;
    private final StandInOptions options;
    private final Consumer<StandInRequest> log;
    private final byte[] buffer = new byte[HEAD_BYTES_MAX];
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private int used;

    StandInConnection(
            TcpConnection socket, StandInAnswers answers, StandInOptions options, Consumer<StandInRequest> log) {
        this.socket = socket;
        this.answers = answers;
        this.options = options;
        this.log = log;
    }

    @Override
    public void run() {
        try (socket) {
            socket.timeout(IDLE_MILLIS_MAX);
            for (int i = 0; i < REQUESTS_MAX && serveOne(); i++) {}
            socket.endOutput();
            socket.timeout(LINGER_MILLIS);
            skip(BODY_BYTES_MAX);
        } catch (IOException e) {
            // the client went away, or the service closes
        }
    }

    /** False where the connection is to end. */
    private boolean serveOne() throws IOException {
        int end = readHead();
        if (end < 0) {
            return false;
        }
        HttpRequest request = HttpRequest.parse(buffer, end);
        if (request == null) {
            socket.write(answers.badRequest().bytes());
            return false;
        }
        take(end);
        if (StandInAnswers.isTokenRequest(request) && options.hopLimited().contains(client())) {
            log(request, 0);
            skip(BODY_BYTES_MAX);
            return false;
        }
        boolean whole = request.bodyBytes() >= 0 && request.bodyBytes() <= BODY_BYTES_MAX && skip(request.bodyBytes());
        StandInAnswers.Answer answer = answers.answer(request);
        log(request, answer.status());
        LockSupport.parkNanos(options.serviceMillis() * 1_000_000L);
        if (options.tokenHops() > 0 && StandInAnswers.isTokenRequest(request)) {
            socket.hopLimit(options.tokenHops());
        }
        socket.write(answer.bytes());
        return whole && !answer.close();
    }

    /** Reads until a head is complete; its length, or -1 at the end of the stream. */
    private int readHead() throws IOException {
        while (true) {
            int end = HttpRequest.endOfHead(buffer, used);
            if (end >= 0 || used == buffer.length) {
                return end;
            }
            int got = socket.read(chunk);
            if (got < 0) {
                return -1;
            }
            int kept = Math.min(got, buffer.length - used);
            System.arraycopy(chunk, 0, buffer, used, kept);
            used += kept;
        }
    }

    private void take(int count) {
        System.arraycopy(buffer, count, buffer, 0, used - count);
        used -= count;
    }

    /** Reads over some bytes; false where the stream ends before. */
    private boolean skip(long count) throws IOException {
        int buffered = (int) Math.min(count, used);
        take(buffered);
        for (long left = count - buffered; left > 0; ) {
            int got = socket.read(chunk);
            if (got < 0) {
                return false;
            }
            int more = (int) Math.min(got, left);
            left -= more;
            // what follows the body is the next request
            System.arraycopy(chunk, more, buffer, 0, got - more);
            used = got - more;
        }
        return true;
    }

    private IpAddress client() {
        return Prefix.of("", socket.peer(), 0).address();
    }

    private void log(HttpRequest request, int status) {
        Instant now = Instant.now();
        log.accept(new StandInRequest(
                now.getEpochSecond() * 1_000_000_000L + now.getNano(),
                client(),
                socket.peerPort(),
                Prefix.of("", socket.own(), 0).address(),
                Escaped.of(request.method().getBytes(StandardCharsets.ISO_8859_1)),
                Escaped.of(request.target().getBytes(StandardCharsets.ISO_8859_1)),
                request.version(),
                status));
    }
}
