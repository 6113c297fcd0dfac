package io.imdsight.cli;

import io.imdsight.record.LedgerOptions;
import java.nio.file.Path;
import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The flags of whoever keeps a ledger. docs/commands.md describes them. */
final class LedgerFlags {
    @Option(
            names = "--retention",
            paramLabel = "DURATION",
            defaultValue = "400d",
            converter = RetentionConverter.class,
            description = "How long counts are kept, in whole days. Default: ${DEFAULT-VALUE}.")
    Duration retention = Duration.ofDays(LedgerOptions.RETENTION_DAYS);

    @Option(
            names = "--ledger-bytes-max",
            paramLabel = "SIZE",
            defaultValue = "256MiB",
            converter = BytesConverter.class,
            description = "How large the ledger may become; then the oldest hours go. Default: ${DEFAULT-VALUE}.")
    long bytesMax = LedgerOptions.BYTES_MAX;

    @Option(
            names = "--ledger-callers-max",
            paramLabel = "NUMBER",
            defaultValue = "1000",
            converter = CallersConverter.class,
            description =
                    "How many callers are told apart in a day; the rest is counted as 'other'. Default: ${DEFAULT-VALUE}.")
    int callersMax = LedgerOptions.CALLERS_PER_DAY_MAX;

    @Option(names = "--no-ledger", description = "Keep no counts on disk; for a look beside an agent that does.")
    boolean none;

    LedgerOptions options(Path directory) {
        return new LedgerOptions(directory, (int) retention.toDays(), bytesMax, callersMax);
    }

    static final class RetentionConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            Duration out = Values.duration(text.strip());
            if (out.toDays() < 1 || !Duration.ofDays(out.toDays()).equals(out)) {
                throw new TypeConversionException("'" + text + "' is no number of whole days: give 1d or more");
            }
            return out;
        }
    }

    static final class BytesConverter implements ITypeConverter<Long> {
        /** Below this a day of one caller does not fit. */
        private static final long BYTES_MIN = 1L << 20;

        @Override
        public Long convert(String text) {
            return Converters.sizeBytes(text, BYTES_MIN, "1MiB");
        }
    }

    static final class CallersConverter implements ITypeConverter<Integer> {
        /** At a KiB each; also bounds the memory for those of today and yesterday. */
        private static final int CALLERS_MAX = 10_000;

        @Override
        public Integer convert(String text) {
            String number = text.strip();
            if (!number.matches("[0-9]{1,5}")
                    || Integer.parseInt(number) < 1
                    || Integer.parseInt(number) > CALLERS_MAX) {
                throw new TypeConversionException("'" + text + "' is no number of callers: give 1 to " + CALLERS_MAX);
            }
            return Integer.parseInt(number);
        }
    }
}
