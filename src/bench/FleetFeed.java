import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.GZIPOutputStream;

/**
 * Makes the feeds of a fleet, as publish.Feed writes them: java src/bench/FleetFeed.java INSTANCES DAYS END [DIRECTORY]. Everything to standard
 * output, an instance after the other; with DIRECTORY a file for each instance and day there, by turns plain and compressed, as
 * {@code day=…/ID.ndjson}.
 *
 * <p>A heartbeat an hour. Of forty programs some twelve run on each machine; a program has a record for each interval of an hour in which it called,
 * more or less often. Half of the programs begin without a token and are mended on a day of their own, machine by machine. Of a hundred machines two
 * are started late, two end early, three have hours with drops, one a file that is written twice. The same arguments make the same feed.
 */
class FleetFeed {
    private static final int PROGRAMS = 40;
    private static final String[] CAUSES = {"never-tried", "never-tried", "token-unanswered", "token-unused", "unknown"};
    private static final String[] CLASSES = {"credentials", "meta-data", "identity", "user-data"};

    public static void main(String[] args) throws IOException {
        int instances = Integer.parseInt(args[0]);
        int days = Integer.parseInt(args[1]);
        long end = Instant.parse(args[2]).getEpochSecond();
        Path directory = args.length > 3 ? Path.of(args[3]) : null;
        try (OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), 1 << 18)) {
            for (int i = 0; i < instances; i++) {
                new Machine(i, days, end).write(directory, out);
            }
        }
    }

    private static final class Machine {
        private final SplittableRandom random;
        private final String id;
        private final String host;
        private final int days;
        private final long firstHour;
        private final long hours;
        private final long begin;
        private final long stop;
        private final boolean drops;
        private final boolean twice;
        private final List<Integer> programs = new ArrayList<>();
        private final List<Integer> mendedOn = new ArrayList<>();

        Machine(int number, int days, long end) {
            this.days = days;
            random = new SplittableRandom(number);
            id = "i-" + String.format("%017x", 0xabcdef000000L + number * 7919L);
            host = "\"cloud\":{\"provider\":\"aws\",\"region\":\"eu-central-1\",\"account\":{\"id\":\"123456789012\"}},\"host\":{\"id\":\"" + id
                    + "\",\"name\":\"ip-10-" + (number >> 16 & 255) + "-" + (number >> 8 & 255) + "-" + (number & 255) + "\"}";
            firstHour = end / 3600 - days * 24L;
            hours = days * 24L;
            int sort = number % 100;
            begin = sort < 2 ? hours / 2 : 0;
            stop = sort == 2 || sort == 3 ? hours * 9 / 10 : hours;
            drops = sort >= 4 && sort < 7;
            twice = sort == 7;
            for (int p = 0; p < PROGRAMS; p++) {
                if (random.nextInt(100) < 30) {
                    programs.add(p);
                    int about = p * days / 20; // the first half of the programs; the rest has always used tokens
                    mendedOn.add(p >= PROGRAMS / 2 ? 0 : about + random.nextInt(6));
                }
            }
        }

        void write(Path directory, OutputStream all) throws IOException {
            for (int day = 0; day <= days; day++) {
                byte[] text = day(day).getBytes(StandardCharsets.UTF_8);
                if (directory == null) {
                    all.write(text);
                    continue;
                }
                String date = Instant.ofEpochSecond((firstHour / 24 + day) * 86_400).toString().substring(0, 10);
                Path folder = Files.createDirectories(directory.resolve("day=" + date));
                boolean plain = day % 2 == 0;
                Path file = folder.resolve(id + (plain ? ".ndjson" : ".ndjson.gz"));
                if (text.length > 0) {
                    try (OutputStream out = plain ? Files.newOutputStream(file) : new GZIPOutputStream(Files.newOutputStream(file))) {
                        out.write(text);
                    }
                }
            }
        }

        /** The hours of a calendar day that lie within the machine's life. */
        private String day(int day) {
            StringBuilder out = new StringBuilder(1 << 15);
            long dayBegins = (firstHour / 24 + day) * 24;
            for (long h = Math.max(dayBegins, firstHour + begin); h < Math.min(dayBegins + 24, firstHour + stop); h++) {
                hour(out, h, (int) ((h - firstHour) / 24));
            }
            if (twice) {
                out.append(out.toString());
            }
            return out.toString();
        }

        private void hour(StringBuilder out, long hour, int day) {
            long[] sums = new long[3]; // requests, v1, blocking
            int v1Callers = 0;
            for (int k = 0; k < programs.size(); k++) {
                int p = programs.get(k);
                if (random.nextInt(100) >= 5 + p * 5 % 40) {
                    continue;
                }
                long requests = 1 + random.nextInt(12);
                long v1 = day < mendedOn.get(k) ? requests : 0;
                caller(out, hour, p, requests, v1);
                sums[0] += requests;
                sums[1] += v1;
                sums[2] += v1;
                v1Callers += v1 > 0 ? 1 : 0;
            }
            heartbeat(out, hour, sums, v1Callers);
        }

        private void caller(StringBuilder out, long hour, int p, long requests, long v1) {
            begin(out, hour * 3600, "caller");
            boolean contained = p % 5 == 4;
            String name = p % 3 == 0 ? "python3 job-" + p + ".py" : p % 3 == 1 ? "java service-" + p + ".jar" : "sync-" + p + ".sh";
            String executable = p % 3 == 0 ? "/usr/bin/python3.11" : p % 3 == 1 ? "/usr/lib/jvm/jre/bin/java" : "/usr/bin/bash";
            out.append(",\"caller\":{\"name\":\"").append(name).append("\"},\"user_agent\":{\"original\":\"agent-").append(p).append("/1.");
            out.append(random.nextInt(3)).append("\"},\"process\":{\"executable\":{\"path\":\"").append(executable);
            out.append("\"},\"owner\":\"").append(p % 4 == 0 ? "root" : "app").append("\",\"title\":\"").append(name).append("\"}");
            String container = contained ? Long.toHexString(0x3f4e5d6c7b8a9988L + random.nextInt(1000)).repeat(4) : null;
            out.append(",\"systemd\":{\"unit\":\"").append(contained ? "docker-" + container + ".scope" : "job-" + p + ".service").append("\"}");
            if (contained) {
                out.append(",\"container\":{\"id\":\"").append(container).append("\"}");
            }
            imds(out, requests, v1, v1);
            out.append(",\"evidence\":{\"").append(random.nextInt(50) == 0 ? "socket-table" : "connect-probe").append("\":").append(requests);
            out.append("}}\n");
        }

        private void imds(StringBuilder out, long requests, long v1, long blocking) {
            out.append(",\"imds\":{\"requests\":").append(requests).append(",\"v1\":").append(v1).append(",\"v2\":").append(requests - v1);
            out.append(",\"undetermined\":0,\"metadata_no_token\":").append(v1).append(",\"metadata_no_token_rejected\":0,\"blocking\":");
            out.append(blocking);
            if (v1 > 0) {
                out.append(",\"cause\":{\"").append(CAUSES[(int) (requests % CAUSES.length)]).append("\":").append(v1);
                out.append("},\"path_class\":{\"").append(CLASSES[(int) (requests % CLASSES.length)]).append("\":").append(v1).append("}");
            }
            out.append('}');
        }

        private void heartbeat(StringBuilder out, long hour, long[] sums, int v1Callers) {
            begin(out, (hour + 1) * 3600, "heartbeat");
            imds(out, sums[0], sums[1], sums[2]);
            boolean sound = !drops || random.nextInt(40) > 0;
            out.append(",\"callers\":{\"v1\":").append(v1Callers).append("},\"quality\":{\"sound\":").append(sound);
            out.append(",\"capturing\":true,\"captured_seconds\":3600,\"connect_probe\":true,\"socket_table\":true,\"connections\":{\"both\":");
            out.append(sums[0]).append(",\"kernel\":0,\"capture\":0,\"unexplained\":0},\"evidence\":{\"connect-probe\":").append(sums[0]);
            out.append(sound ? "}" : "},\"drops\":{\"kernel-ring\":3}").append("}}\n");
        }

        private void begin(StringBuilder out, long second, String record) {
            String time = Instant.ofEpochSecond(second).toString();
            out.append("{\"timestamp\":\"").append(time, 0, 19).append(".000000000Z\",\"feed\":{\"version\":1,\"record\":\"").append(record);
            out.append("\",\"interval_seconds\":3600},").append(host);
        }
    }
}
