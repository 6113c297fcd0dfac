package io.imdsight.cli.scan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class MountsTest {
    private static final Mounts MOUNTS = Mounts.read("""
            21 1 259:1 / / rw,noatime shared:1 - xfs /dev/nvme0n1p1 rw
            22 21 0:20 / /proc rw - proc proc rw
            23 21 0:40 / /mnt/a\\040b rw - nfs4 10.0.0.9:/ rw
            24 21 259:2 / /data rw shared:2 master:1 - ext4 /dev/nvme1n1 rw
            25 21 0:41 / /run rw - tmpfs tmpfs rw
            26 21 0:42 / /dev/shm rw - tmpfs tmpfs rw
            27 21 7:0 / /snap/amazon-ssm-agent/1 ro - squashfs /dev/loop0 ro
            28 21 0:43 / /srv/s3 rw - fuse.s3fs s3fs rw
            29 24 0:44 / /data rw - overlay overlay rw
            """);

    @Test
    void localFileSystemsAreEnteredAndOthersAreNot() {
        assertNull(MOUNTS.closed("/"));
        assertNull(MOUNTS.closed("/run"));
        assertNull(MOUNTS.closed("/snap/amazon-ssm-agent/1"));
        assertNull(MOUNTS.closed("/home"));
        assertEquals("proc", MOUNTS.closed("/proc"));
        assertEquals("nfs4", MOUNTS.closed("/mnt/a b"));
        assertEquals("tmpfs", MOUNTS.closed("/dev/shm"));
        assertEquals("fuse.s3fs", MOUNTS.closed("/srv/s3"));
        assertEquals("overlay", MOUNTS.closed("/data"), "the last mount on a directory is the one that is seen");
    }
}
