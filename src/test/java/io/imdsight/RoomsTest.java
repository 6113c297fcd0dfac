package io.imdsight;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** The house's import rule: which room may know which. */
@AnalyzeClasses(packages = "io.imdsight", importOptions = DoNotIncludeTests.class)
class RoomsTest {
    private static final String ROOT = "io.imdsight";

    /** Each room with the rooms it may import; cli may import all. */
    private static final Map<String, Set<String>> ROOMS = new TreeMap<>(Map.of(
            "model", Set.of(),
            "capture", Set.of("model"),
            "decode", Set.of("model"),
            "classify", Set.of("model"),
            "linux", Set.of(),
            "attribute", Set.of("model", "linux"),
            "record", Set.of("model"),
            "publish", Set.of("model", "record"),
            "report", Set.of("model", "record"),
            "demo", Set.of("model", "linux")));

    @ArchTest
    static final ArchRule thereAreNoOtherRooms = classes()
            .should()
            .resideInAnyPackage(packages(List.copyOf(allRooms())))
            .because("a new room needs a place in the design first");

    @ArchTest
    static final ArchRule noRoomImportsOneThatItMayNotKnow = CompositeArchRule.of(ROOMS.entrySet().stream()
            .map(room -> forbidden(room.getKey(), room.getValue()))
            .toList());

    @ArchTest
    static final ArchRule roomsHaveNoCycles =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theModelKnowsOnlyJavaBase = noClasses()
            .that()
            .resideInAPackage(ROOT + ".model..")
            .should()
            .dependOnClassesThat(outsideJavaBaseAndTheModel());

    @ArchTest
    static final ArchRule onlyCaptureKnowsPcap4j = only("capture", "org.pcap4j..");

    @ArchTest
    static final ArchRule onlyLinuxKnowsJna = only("linux", "com.sun.jna..");

    @ArchTest
    static final ArchRule onlyPublishKnowsHttpCore = only("publish", "org.apache.hc..");

    @ArchTest
    static final ArchRule onlyCliKnowsPicocli = only("cli", "picocli..");

    private static ArchRule forbidden(String room, Set<String> allowed) {
        List<String> others = new ArrayList<>(allRooms());
        others.remove(room);
        others.removeAll(allowed);
        return noClasses()
                .that()
                .resideInAPackage(ROOT + "." + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(packages(others))
                .allowEmptyShould(true);
    }

    private static ArchRule only(String room, String library) {
        return noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "." + room + "..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(library);
    }

    private static List<String> allRooms() {
        List<String> all = new ArrayList<>(ROOMS.keySet());
        all.add("cli");
        return all;
    }

    private static String[] packages(List<String> rooms) {
        return rooms.stream().map(r -> ROOT + "." + r + "..").toArray(String[]::new);
    }

    private static DescribedPredicate<JavaClass> outsideJavaBaseAndTheModel() {
        Set<String> base =
                ModuleLayer.boot().findModule("java.base").orElseThrow().getPackages();
        return DescribedPredicate.describe("live outside java.base and the model", c -> {
            JavaClass type = c.getBaseComponentType();
            return !type.isPrimitive()
                    && !base.contains(type.getPackageName())
                    && !type.getPackageName().equals(ROOT + ".model");
        });
    }
}
