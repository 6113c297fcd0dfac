package io.imdsight.report;

import io.imdsight.model.Labelled;

/** Where a package at rest has its name from. */
public enum Ecosystem implements Labelled {
    /** A distribution of Python's, by its metadata: {@code botocore}. */
    PYTHON("python"),
    /** A package below node_modules: {@code aws-sdk}, {@code @aws-sdk/client-s3}. */
    NPM("npm"),
    /** Group and artifact: {@code com.amazonaws:aws-java-sdk-core}. */
    MAVEN("maven"),
    /** A properties file of a jar that has its version, by its name in the jar. */
    JAR_ENTRY("jar-entry"),
    /** A Ruby gem: {@code aws-sdk-core}. */
    GEM("gem"),
    /** A package of PHP's: {@code aws/aws-sdk-php}. */
    COMPOSER("composer"),
    /** A module that a Go program was built with: {@code github.com/aws/aws-sdk-go}. */
    GO("go"),
    /** A library of a .NET program: {@code AWSSDK.Core}. */
    NUGET("nuget"),
    /** An installed package of the distribution's: held against the table's {@code package}. */
    SYSTEM("system"),
    /** A source package that a distribution's package was built with, as dpkg has it. */
    BUILT_USING("built-using");

    private final String label;

    Ecosystem(String label) {
        this.label = label;
    }

    @Override
    public String label() {
        return label;
    }

    static Ecosystem labelled(String label) {
        for (Ecosystem e : values()) {
            if (e.label.equals(label)) {
                return e;
            }
        }
        return null;
    }
}
