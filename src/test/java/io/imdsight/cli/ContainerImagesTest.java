package io.imdsight.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The trees are written as the runtimes' sources lay them out; none of these runtimes runs here. */
class ContainerImagesTest {
    private static final String ID = "3f4e5d6c7b8a99887766554433221100ffeeddccbbaa99887766554433221100";
    private static final String OTHER = "a".repeat(64);
    private static final String POD = "0b1c2d3e-4f50-6172-8394-a5b6c7d8e9f0";

    @TempDir
    Path root;

    private void file(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private ContainerImages images() {
        return new ContainerImages(root);
    }

    @Test
    void dockersConfigurationNamesTheImageAndNotItsDigest() throws IOException {
        file("var/lib/docker/containers/" + ID + "/config.v2.json", """
                {"Image":"sha256:0123456789abcdef","ID":"%s","Config":{"Hostname":"x","Env":["A=b"],"Image":"nginx:1.27","Labels":{}},"Name":"/web"}""".formatted(ID));
        assertEquals("nginx:1.27", images().image(ID));
        assertNull(images().image(OTHER));
    }

    @Test
    void containerdsBundleNamesItWhereKubernetesMadeTheContainer() throws IOException {
        String tasks = "run/containerd/io.containerd.runtime.v2.task/";
        file(tasks + "moby/" + OTHER + "/config.json", "{\"annotations\":{}}");
        file(tasks + "k8s.io/" + ID + "/config.json", """
                {"annotations":{"io.kubernetes.cri.container-type":"container","io.kubernetes.cri.image-name":"registry.example/team/app:2.1"}}""");
        assertEquals("registry.example/team/app:2.1", images().image(ID));
        assertNull(images().image(OTHER));
    }

    @Test
    void crioAndPodmanNameItInTheirStorage() throws IOException {
        String storage = "var/lib/containers/storage/overlay-containers/";
        file(
                storage + ID + "/userdata/config.json",
                "{\"annotations\":{\"io.kubernetes.cri-o.ImageName\": \"quay.example/x/y:3\"}}");
        assertEquals("quay.example/x/y:3", images().image(ID));
        file(storage + "containers.json", """
                [{"id":"%s","names":["a"],"image":"00ff","metadata":"{\\"image-name\\":\\"docker.io/library/first:1\\",\\"name\\":\\"a\\"}"},\
                {"id":"%s","names":["b"],"image":"11ff","metadata":"{\\"image-name\\":\\"docker.io/library/second:2\\"}"}]""".formatted("b".repeat(64), OTHER));
        assertEquals("docker.io/library/first:1", images().image("b".repeat(64)));
        assertEquals("docker.io/library/second:2", images().image(OTHER));
    }

    @Test
    void thePodIsNamedByTheKubeletsDirectory() throws IOException {
        Files.createDirectories(root.resolve("var/log/pods/kube-system_dns-5d_11111111-4f50-6172-8394-a5b6c7d8e9f0"));
        Files.createDirectories(root.resolve("var/log/pods/shop_cart-7c9_" + POD));
        assertEquals("shop/cart-7c9", images().pod(POD));
        assertNull(images().pod("22222222-4f50-6172-8394-a5b6c7d8e9f0"));
    }

    @Test
    void whatIsNoIdNoNameOrNoPlainFileIsNotBelieved() throws IOException {
        file("etc/secret", "{\"Config\":{\"Image\":\"stolen\"}}");
        assertNull(images().image("../../../../etc/secret"));
        assertNull(images().image(null));
        assertNull(images().pod("../../" + POD));
        file("var/lib/docker/containers/" + ID + "/config.v2.json", "{\"Config\":{\"Image\":\"<script>\\u001b[2J\"}}");
        assertNull(images().image(ID));
        Path link = root.resolve("var/lib/docker/containers/" + OTHER + "/config.v2.json");
        Files.createDirectories(link.getParent());
        Files.createSymbolicLink(link, root.resolve("etc/secret"));
        assertNull(images().image(OTHER));
    }
}
