package io.imdsight.cli;

import io.imdsight.model.IpAddress;
import io.imdsight.model.Labelled;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads each kind of value that a flag, an environment variable or the configuration file can have, in the grammar of {@link Values}. */
final class Converters {
    /** The kernel's IFNAMSIZ (linux/if.h) less the terminating zero. */
    private static final int INTERFACE_NAME_BYTES_MAX = 15;

    /** A file that is rotated with every line would be no file. */
    private static final long FILE_BYTES_MIN = 64 * 1024;

    private static final int FILES_MAX = 1000;

    private static final int ROWS_DIGITS_MAX = 6;

    /** 2999-12-31T23:59:59Z; a text would make each agent read one. */
    private static final Instant LATEST = Instant.ofEpochSecond(32_503_679_999L);

    private Converters() {}

    /**
     * A size that is not too small.
     *
     * @param least the least, as people write it
     */
    static long sizeBytes(String text, long bytesMin, String least) {
        long out = Values.sizeBytes(text.strip());
        if (out < bytesMin) {
            throw new TypeConversionException("'" + text + "' is too small: " + least + " is the least");
        }
        return out;
    }

    private static <T extends Labelled> T labelled(T[] values, String text, String otherwise) {
        for (T value : values) {
            if (value.label().equals(text.strip())) {
                return value;
            }
        }
        throw new TypeConversionException("'" + text + "' " + otherwise);
    }

    /** For {@code --for} and its like: a duration above zero. */
    static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Duration out = Values.duration(text.strip());
            if (out.isZero()) {
                throw new TypeConversionException("'" + text + "' is no time at all: give more than zero");
            }
            return out;
        }
    }

    /** For files and directories: a name that this system can have, and no empty one, which would be the working directory's. */
    static final class PathConverter implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            if (text.isBlank()) {
                throw new TypeConversionException("'" + text + "' is no name of a file or directory");
            }
            try {
                return Path.of(text);
            } catch (InvalidPathException e) {
                throw new TypeConversionException("'" + text + "' cannot be a name here (" + e.getReason()
                        + "); where it is right, set LC_ALL=C.UTF-8");
            }
        }
    }

    /** The same where words or {@code -} may stand for a file. */
    static final class FileConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            new PathConverter().convert(text);
            return text;
        }
    }

    /** For {@code --for} of an audit, which may watch for no time at all. */
    static final class WatchConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return Values.duration(text.strip());
        }
    }

    static final class SizeConverter implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return sizeBytes(text, FILE_BYTES_MIN, "64KiB");
        }
    }

    /** For the number of files that are kept. */
    static final class FilesConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            int digits = Values.digits(text.strip());
            if (digits != text.strip().length() || digits > 4) {
                throw new TypeConversionException("'" + text + "' is no number of files: give 1 to 1000");
            }
            int out = (int) Values.number(text.strip(), digits, "a number of files: give 1 to 1000");
            if (out < 1 || out > FILES_MAX) {
                throw new TypeConversionException("'" + text + "' is no number of files: give 1 to 1000");
            }
            return out;
        }
    }

    /** For {@code --feed-every}: minutes, of which a day has a whole number of. */
    static final class MinutesConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Duration out = Values.duration(text.strip());
            boolean good = out.equals(Duration.ofMinutes(out.toMinutes()))
                    && !out.isZero()
                    && Duration.ofDays(1).toMinutes() % out.toMinutes() == 0;
            if (!good) {
                throw new TypeConversionException(
                        "'" + text + "' does not divide a day into whole minutes: give 1m, 5m, 1h or the like");
            }
            return out;
        }
    }

    /** For {@code --until}: a time in UTC. */
    static final class InstantConverter implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String text) {
            try {
                Instant out = Instant.parse(text.strip());
                if (out.isAfter(LATEST) || out.isBefore(Instant.EPOCH)) {
                    throw new TypeConversionException("'" + text + "' is not within 1970 and 2999");
                }
                return out;
            } catch (DateTimeParseException e) {
                throw new TypeConversionException("'" + text + "' is no time in UTC: give one as 2026-11-22T05:04:00Z");
            }
        }
    }

    /** For {@code --top}. */
    static final class RowsConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            int digits = Values.digits(text.strip());
            if (digits == 0 || digits != text.strip().length() || digits > ROWS_DIGITS_MAX) {
                throw new TypeConversionException("'" + text + "' is no number of rows: give 0 to 999999");
            }
            return Integer.parseInt(text.strip());
        }
    }

    /** For {@code --listen}: an address with a port, or none. */
    static final class ListenConverter implements ITypeConverter<Listen> {
        @Override
        public Listen convert(String text) {
            return Listen.of(text.strip());
        }
    }

    static final class LogConverter implements ITypeConverter<LogStyle> {
        @Override
        public LogStyle convert(String text) {
            return labelled(LogStyle.values(), text, "is no log: give calls or callers");
        }
    }

    static final class PortConverter implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return Values.port(text.strip());
        }
    }

    static final class AddressConverter implements ITypeConverter<IpAddress> {
        @Override
        public IpAddress convert(String text) {
            try {
                IpAddress out = IpAddress.parse(text.strip());
                if (!out.isUnicast()) {
                    throw new TypeConversionException(
                            "'" + text + "' is no host's address: give the service's, as in " + IpAddress.IMDS_V4);
                }
                return out;
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException("'" + text + "' is not an IPv4 or IPv6 address");
            }
        }
    }

    static final class FormatConverter implements ITypeConverter<OutputFormat> {
        @Override
        public OutputFormat convert(String text) {
            return labelled(OutputFormat.values(), text, "is not a format: give text or json");
        }
    }

    static final class InterfaceConverter implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            boolean good = !text.isEmpty() && text.length() <= INTERFACE_NAME_BYTES_MAX;
            for (int i = 0; good && i < text.length(); i++) {
                char c = text.charAt(i);
                good = c > ' ' && c < 0x7f && c != '/';
            }
            if (!good) {
                throw new TypeConversionException("'" + text
                        + "' is not the name of a network interface: give auto, any, or a name that ip link shows");
            }
            return text;
        }
    }
}
