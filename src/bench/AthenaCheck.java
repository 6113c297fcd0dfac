import io.trino.Session;
import io.trino.plugin.hive.HivePlugin;
import io.trino.testing.MaterializedResult;
import io.trino.testing.MaterializedRow;
import io.trino.testing.StandaloneQueryRunner;
import io.trino.testing.TestingSession;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

/**
 * Runs packaging/dashboards/athena.sql on Trino, the engine that Athena is built on, over files on the local disk: AthenaCheck ATHENA.SQL FEEDS UNTIL
 * OUT. Writes each query's result to OUT/N.tsv. src/bench/athena calls it and compares.
 *
 * <p>Two things are not as in Athena: the table's definition is put from Hive's words into Trino's, for Trino has no Hive DDL (the same columns, the
 * same JSON format), with the partitions read from the directories instead of projected; and {@code current_timestamp} is UNTIL.
 */
class AthenaCheck {
    public static void main(String[] args) throws Exception {
        Path sql = Path.of(args[0]);
        Path feeds = Path.of(args[1]).toAbsolutePath().normalize();
        String until = args[2].replace('T', ' ').replace("Z", " UTC");
        Path out = Files.createDirectories(Path.of(args[3]));
        Session session = TestingSession.testSessionBuilder().setCatalog("hive").setSchema("fleet").build();
        Path metastore = Files.createTempDirectory(feeds, ".metastore");
        try (StandaloneQueryRunner trino = new StandaloneQueryRunner(session)) {
            trino.installPlugin(new HivePlugin());
            trino.createCatalog(
                    "hive",
                    "hive",
                    Map.of(
                            "hive.metastore", "file",
                            "hive.metastore.catalog.dir", "local:///" + metastore.getFileName(),
                            "fs.local.enabled", "true",
                            "local.location", feeds.toString(),
                            "hive.recursive-directories", "true"));
            trino.execute(session, "CREATE SCHEMA fleet");
            int number = 0;
            for (String statement : statements(Files.readString(sql))) {
                long began = System.nanoTime();
                String timed = statement.replace("current_timestamp", "TIMESTAMP '" + until + "'");
                if (statement.startsWith("CREATE EXTERNAL TABLE")) {
                    trino.execute(session, table(statement));
                    trino.execute(session, "CALL system.sync_partition_metadata('fleet', 'imdsight_feed', 'FULL')");
                } else if (statement.startsWith("CREATE")) {
                    trino.execute(session, timed);
                } else {
                    Files.writeString(out.resolve(++number + ".tsv"), text(trino.execute(session, timed)));
                }
                System.err.printf("%6.1f s  %s%n", (System.nanoTime() - began) / 1e9, statement.lines().findFirst().orElse(""));
            }
        }
        System.exit(0); // Trino leaves threads
    }

    private static List<String> statements(String sql) {
        List<String> out = new ArrayList<>();
        String plain = sql.replaceAll("(?m)^--.*$", "");
        for (String statement : plain.split(";")) {
            if (!statement.isBlank()) {
                out.add(statement.strip());
            }
        }
        return out;
    }

    /** {@code a struct<b:string>} becomes {@code "a" row("b" varchar)}. */
    private static String table(String hive) {
        String columns = hive.substring(hive.indexOf('(') + 1, hive.indexOf(")\nPARTITIONED BY"));
        String trino = columns.replace("`", "")
                .replaceAll("([a-z_0-9]+):", "\"$1\" ")
                .replaceAll("(?m)^  ([a-z_]+) ", "  \"$1\" ")
                .replaceAll("struct<", "row(")
                .replaceAll("map<", "map(")
                .replace(">", ")")
                .replaceAll("\\bstring\\b", "varchar")
                .replaceAll("\\bint\\b", "integer");
        return "CREATE TABLE imdsight_feed (" + trino + ", day varchar) WITH (format = 'OPENX_JSON', external_location = 'local:///',"
                + " partitioned_by = ARRAY['day'])";
    }

    private static String text(MaterializedResult result) {
        StringBuilder out = new StringBuilder(String.join("\t", result.getColumnNames())).append('\n');
        for (MaterializedRow row : result) {
            StringJoiner line = new StringJoiner("\t");
            row.getFields().forEach(field -> line.add(String.valueOf(field)));
            out.append(line).append('\n');
        }
        return out.toString();
    }
}
