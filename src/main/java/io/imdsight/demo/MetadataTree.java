package io.imdsight.demo;

import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** What the stand-in serves below a version: the parts of the real tree that clients ask for most. All values are made up. */
final class MetadataTree {
    /** The role whose credentials are served. */
    static final String ROLE = "demo-role";

    /** The versions listed at the root; the real service knows more. */
    private static final String VERSIONS = "1.0\n2009-04-04\n2019-10-01\n2021-03-23\nlatest";

    /** Dated versions and the two names; AWS EC2 user guide, "Access instance metadata". */
    private static final String VERSION_PATTERN = "latest|1\\.0|[0-9]{4}-[0-9]{2}-[0-9]{2}";

    /** AWS's documentation uses these two keys wherever it needs an example; they open nothing. */
    private static final String CREDENTIALS = """
            {
              "Code" : "Success",
              "LastUpdated" : "2026-01-01T00:00:00Z",
              "Type" : "AWS-HMAC",
              "AccessKeyId" : "ASIAIOSFODNN7EXAMPLE",
              "SecretAccessKey" : "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
              "Token" : "made-up-security-token",
              "Expiration" : "2036-01-01T00:00:00Z"
            }""";

    private static final String DOCUMENT = """
            {
              "accountId" : "123456789012",
              "architecture" : "x86_64",
              "availabilityZone" : "eu-central-1a",
              "imageId" : "ami-0abcdef1234567890",
              "instanceId" : "i-0123456789abcdef0",
              "instanceType" : "m7i.large",
              "pendingTime" : "2026-01-01T00:00:00Z",
              "privateIp" : "10.0.0.5",
              "region" : "eu-central-1",
              "version" : "2017-09-30"
            }""";

    private final Map<String, String> leaves = new TreeMap<>();

    MetadataTree() {
        String mac = "network/interfaces/macs/02:00:00:00:00:05/";
        String[][] metaData = {
            {"ami-id", "ami-0abcdef1234567890"},
            {"hostname", "ip-10-0-0-5.eu-central-1.compute.internal"},
            {"iam/info", "{\n  \"Code\" : \"Success\",\n  \"InstanceProfileId\" : \"AIPAIOSFODNN7EXAMPLE\"\n}"},
            {"iam/security-credentials/" + ROLE, CREDENTIALS},
            {"identity-credentials/ec2/security-credentials/ec2-instance", CREDENTIALS},
            {"instance-id", "i-0123456789abcdef0"},
            {"instance-life-cycle", "on-demand"},
            {"instance-type", "m7i.large"},
            {"local-hostname", "ip-10-0-0-5.eu-central-1.compute.internal"},
            {"local-ipv4", "10.0.0.5"},
            {"mac", "02:00:00:00:00:05"},
            {mac + "interface-id", "eni-0123456789abcdef0"},
            {mac + "local-ipv4s", "10.0.0.5"},
            {"placement/availability-zone", "eu-central-1a"},
            {"placement/region", "eu-central-1"},
            {"security-groups", "default"},
            {"services/domain", "amazonaws.com"},
            {"services/partition", "aws"},
        };
        for (String[] leaf : metaData) {
            leaves.put("meta-data/" + leaf[0], leaf[1]);
        }
        leaves.put("dynamic/instance-identity/document", DOCUMENT);
        leaves.put("dynamic/instance-identity/signature", "bWFkZSB1cA==");
    }

    /**
     * The text at a path; null where there is nothing. Repeated slashes count as one and a last one is ignored, as the service does.
     *
     * @param path decoded or not, without a query
     */
    String at(String path) {
        String bare = path.replaceAll("/{2,}", "/").replaceAll("^/|/$", "");
        if (bare.isEmpty()) {
            return VERSIONS;
        }
        int slash = bare.indexOf('/');
        String version = slash < 0 ? bare : bare.substring(0, slash);
        if (!version.matches(VERSION_PATTERN)) {
            return null;
        }
        String rest = slash < 0 ? "" : bare.substring(slash + 1);
        String leaf = leaves.get(rest);
        return leaf != null ? leaf : listing(rest.isEmpty() ? "" : rest + "/");
    }

    private String listing(String directory) {
        TreeSet<String> names = new TreeSet<>();
        for (String leaf : leaves.keySet()) {
            if (leaf.startsWith(directory)) {
                int slash = leaf.indexOf('/', directory.length());
                // a directory of the root stands without its slash, as in the real service
                int end = slash < 0 ? leaf.length() : directory.isEmpty() ? slash : slash + 1;
                names.add(leaf.substring(directory.length(), end));
            }
        }
        return names.isEmpty() ? null : String.join("\n", names);
    }
}
