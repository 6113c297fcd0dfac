package io.imdsight.attribute;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class CgroupNamesTest {
    private static final String ID = "0123456789abcdef".repeat(4);
    private static final String POD = "2d5b1f3a-8a2e-4a8c-9d3f-0a1b2c3d4e5f";

    @Test
    void dockerUnderSystemd() {
        is("0::/system.slice/docker-" + ID + ".scope\n", "docker-" + ID + ".scope", ID, null);
    }

    @Test
    void dockerUnderCgroupfsInVersionOneAndHybrid() {
        is(
                "12:pids:/docker/" + ID + "\n1:name=systemd:/docker/" + ID + "\n0::/system.slice/containerd.service\n",
                "containerd.service",
                ID,
                null);
    }

    @Test
    void kubernetesWithContainerdUnderSystemd() {
        is(
                "0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" + POD.replace('-', '_')
                        + ".slice/cri-containerd-" + ID + ".scope\n",
                "cri-containerd-" + ID + ".scope",
                ID,
                POD);
    }

    @Test
    void kubernetesUnderCgroupfs() {
        is("11:memory:/kubepods/besteffort/pod" + POD + "/" + ID + "\n", null, ID, POD);
        is("0::/kubepods-besteffort-pod" + POD.replace('-', '_') + ".slice:cri-containerd:" + ID + "\n", null, ID, POD);
    }

    @Test
    void crioAndPodmanAndTheirMonitors() {
        is(
                "0::/kubepods.slice/kubepods-pod" + POD.replace('-', '_') + ".slice/crio-" + ID + ".scope/container\n",
                "crio-" + ID + ".scope",
                ID,
                POD);
        is(
                "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + ID + ".scope/container\n",
                "libpod-" + ID + ".scope",
                ID,
                null);
        is("0::/machine.slice/libpod-conmon-" + ID + ".scope\n", "libpod-conmon-" + ID + ".scope", null, null);
    }

    @Test
    void ecsOnInstancesAndOnFargate() {
        is("9:cpu:/ecs/c1/5a1b2c3d4e5f60718293a4b5c6d7e8f9/" + ID + "\n", null, ID, null);
        is(
                "9:cpu:/ecs/5a1b2c3d4e5f60718293a4b5c6d7e8f9/5a1b2c3d4e5f60718293a4b5c6d7e8f9-2531612879\n",
                null,
                "5a1b2c3d4e5f60718293a4b5c6d7e8f9-2531612879",
                null);
    }

    @Test
    void lxcPayloadIsInsideAndMonitorOutside() {
        is("0::/lxc.payload.web/system.slice/nginx.service\n", "nginx.service", "web", null);
        is("0::/lxc.monitor.web\n", null, null, null);
        is("3:cpu:/lxc/web\n", null, "web", null);
    }

    @Test
    void nspawnPayloadIsInsideAndSupervisorOutside() {
        is(
                "0::/machine.slice/systemd-nspawn@web.service/payload/system.slice/nginx.service\n",
                "nginx.service",
                "web",
                null);
        is(
                "0::/machine.slice/systemd-nspawn@my\\x2dbox.service/payload\n",
                "systemd-nspawn@my-box.service",
                "my-box",
                null);
        is("0::/machine.slice/systemd-nspawn@web.service/supervisor\n", "systemd-nspawn@web.service", null, null);
    }

    @Test
    void ecsUnderVersionTwo() {
        is(
                "0::/ecstasks.slice/ecstasks-5a1b2c3d4e5f60718293a4b5c6d7e8f9.slice/docker-" + ID + ".scope\n",
                "docker-" + ID + ".scope",
                ID,
                null);
    }

    @Test
    void systemdUnits() {
        is("0::/system.slice/nightly.service\n", "nightly.service", null, null);
        is("0::/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service\n", "foo.service", null, null);
        is("0::/user.slice/user-1000.slice/session-3.scope\n", "session-3.scope", null, null);
        is(
                "0::/system.slice/system-my\\x2djob.slice/my\\x2djob@a.service/supervisor\n",
                "my-job@a.service",
                null,
                null);
        is("4:memory:/\n1:name=systemd:/system.slice/cron.service\n0::/\n", "cron.service", null, null);
        is("0::/init.scope\n", "init.scope", null, null);
    }

    @Test
    void nothingAndNonsense() {
        is("", null, null, null);
        is("0::/\n", null, null, null);
        is("garbage\n:::\n0::/a b.service\n", null, null, null);
        assertEquals(new CgroupNames(null, null, null), CgroupNames.of(null));
    }

    @Test
    void namesThatForgeOutputAreEscapedAndNoUnitIsMadeOfThem() {
        is("0::/machine.slice/systemd-nspawn@a\u001b[31m\"}<x>.service/payload\n", null, "a\\x1b[31m\"}<x>", null);
        is("0::/lxc.payload.a\u00e2\u0080\u00aeb\n", null, "a\\xe2\\x80\\xaeb", null); // a bidirectional override
        is("0::/system.slice/a\\x0a<0>forged.service\n", null, null, null);
        is(
                "0::/system.slice/a\\x0aforged.service\n",
                "a\\x0aforged.service",
                null,
                null); // as systemd writes it, and not the line feed
    }

    private static void is(String text, String unit, String container, String pod) {
        assertEquals(
                new CgroupNames(unit, container, pod),
                CgroupNames.of(text.getBytes(StandardCharsets.ISO_8859_1)),
                text);
    }
}
