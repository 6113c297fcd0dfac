package io.imdsight.publish.identity;

import java.util.Map;

/**
 * Which machine this is. Values are printable ASCII; null where not known.
 *
 * @param instanceId as {@code i-0123456789abcdef0}; null off EC2
 * @param region as {@code eu-central-1}
 * @param accountId twelve digits
 * @param imageId as {@code ami-…}
 * @param tags those instance tags that were asked for and that the metadata service shows (InstanceMetadataTags)
 * @param hostName this machine's own name; never null
 */
public record MachineIdentity(
        String instanceId, String region, String accountId, String imageId, Map<String, String> tags, String hostName) {
    /** The tag that an Auto Scaling group sets on its instances. */
    public static final String GROUP_TAG = "aws:autoscaling:groupName";

    public MachineIdentity {
        tags = Map.copyOf(tags);
    }

    /** A machine of which only the name is known. */
    static MachineIdentity ofHost(String hostName) {
        return new MachineIdentity(null, null, null, null, Map.of(), hostName);
    }
}
