package io.imdsight.report;

import java.util.regex.Pattern;

/** The commands of AWS's command line that a report names. Nothing of what a caller sent or is called stands in them. */
final class Commands {
    private static final Pattern INSTANCE = Pattern.compile("i-[0-9a-f]{8,32}");
    private static final String PLACEHOLDER = "INSTANCE_ID";

    private Commands() {}

    static String enforce(String instanceId) {
        return modify(instanceId) + " --http-tokens required";
    }

    static String undo(String instanceId) {
        return modify(instanceId) + " --http-tokens optional";
    }

    static String hopLimit(String instanceId) {
        return modify(instanceId) + " --http-put-response-hop-limit 2";
    }

    private static String modify(String instanceId) {
        boolean known = instanceId != null && INSTANCE.matcher(instanceId).matches();
        return "aws ec2 modify-instance-metadata-options --instance-id " + (known ? instanceId : PLACEHOLDER);
    }
}
