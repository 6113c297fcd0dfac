package io.imdsight.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What image a container was made from, and what its pod is called, from the files that container runtimes leave: no runtime is asked. Best effort: each
 * file is one that only root writes, and layouts differ between versions; what is not found is not known.
 *
 * <pre>
 * Docker       var/lib/docker/containers/ID/config.v2.json                       "Config":{… "Image":"nginx:1.27"
 * containerd   run/containerd/io.containerd.runtime.v2.task/NAMESPACE/ID/config.json   annotations io.kubernetes.cri.image-name
 * CRI-O        var/lib/containers/storage/overlay-containers/ID/userdata/config.json   annotations io.kubernetes.cri-o.ImageName
 * Podman       var/lib/containers/storage/overlay-containers/containers.json     {"id":"ID", … "metadata":"{\"image-name\":\"…\"
 * kubelet      var/log/pods/NAMESPACE_NAME_UID/
 * </pre>
 */
final class ContainerImages {
    /** A container with a thousand variables in its environment has some hundred kilobytes. */
    private static final int FILE_BYTES_MAX = 2 << 20;

    /** A node runs some hundred pods; their directories outlive them for a while. */
    private static final int PODS_MAX = 4096;

    /** Namespaces of containerd: moby, k8s.io, default and few more. */
    private static final int NAMESPACES_MAX = 16;

    private static final Pattern ID = Pattern.compile("[0-9a-f]{12,64}");
    private static final Pattern POD_UID = Pattern.compile("[0-9a-f][0-9a-f_-]{7,63}");

    /** An image's name as runtimes take it; anything else in these files is not shown. */
    private static final String NAME = "([A-Za-z0-9][A-Za-z0-9._/:@-]{0,254})";

    private static final Pattern DOCKER = member("Image");
    private static final Pattern CONTAINERD = member("io.kubernetes.cri.image-name");
    private static final Pattern CRIO = member("io.kubernetes.cri-o.ImageName");

    private final Path root;

    /** Looks below this directory, which is {@code /} but in tests. */
    ContainerImages(Path root) {
        this.root = root;
    }

    private static Pattern member(String name) {
        return Pattern.compile("\"" + Pattern.quote(name) + "\"\\s*:\\s*\"" + NAME + "\"");
    }

    /** The image's name; null where it is not known. */
    String image(String containerId) {
        if (containerId == null || !ID.matcher(containerId).matches()) {
            return null;
        }
        String docker = read("var/lib/docker/containers/" + containerId + "/config.v2.json");
        int config = docker.indexOf("\"Config\"");
        String found = config < 0 ? null : first(DOCKER, docker.substring(config));
        if (found == null) {
            found = ofContainerd(containerId);
        }
        String storage = "var/lib/containers/storage/overlay-containers/";
        if (found == null) {
            found = first(CRIO, read(storage + containerId + "/userdata/config.json"));
        }
        return found == null ? ofPodman(read(storage + "containers.json"), containerId) : found;
    }

    private String ofContainerd(String id) {
        String tasks = "run/containerd/io.containerd.runtime.v2.task";
        int left = NAMESPACES_MAX;
        try (DirectoryStream<Path> namespaces = Files.newDirectoryStream(root.resolve(tasks))) {
            for (Path namespace : namespaces) {
                String found =
                        first(CONTAINERD, read(tasks + "/" + namespace.getFileName() + "/" + id + "/config.json"));
                if (found != null || --left == 0) {
                    return found;
                }
            }
        } catch (IOException e) {
            return null; // no containerd here
        }
        return null;
    }

    /** The entry ends where the next one's id begins; its metadata is JSON inside a JSON text. */
    private static String ofPodman(String containers, String id) {
        int at = containers.indexOf("\"id\":\"" + id + "\"");
        if (at < 0) {
            return null;
        }
        int next = containers.indexOf("\"id\":\"", at + 1);
        String entry = containers.substring(at, next < 0 ? containers.length() : next);
        return first(Pattern.compile("\\\\\"image-name\\\\\"\\s*:\\s*\\\\\"" + NAME + "\\\\\""), entry);
    }

    /** {@code namespace/name} of a pod; null where that is not known. */
    String pod(String podUid) {
        if (podUid == null || !POD_UID.matcher(podUid).matches()) {
            return null;
        }
        String end = "_" + podUid.replace('_', '-');
        int left = PODS_MAX;
        try (DirectoryStream<Path> pods = Files.newDirectoryStream(root.resolve("var/log/pods"))) {
            for (Path pod : pods) {
                String name = pod.getFileName().toString();
                if (name.endsWith(end)) {
                    String of = name.substring(0, name.length() - end.length());
                    return of.matches("[a-z0-9.-]{1,63}_[a-z0-9.-]{1,253}") ? of.replace('_', '/') : null;
                }
                if (--left == 0) {
                    return null;
                }
            }
        } catch (IOException e) {
            return null; // no kubelet here
        }
        return null;
    }

    private static String first(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        return m.find() ? m.group(1) : null;
    }

    /** The file's beginning; empty where there is none that can be read, or it is no regular file. */
    private String read(String file) {
        Path path = root.resolve(file);
        if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            return "";
        }
        try (InputStream in = Files.newInputStream(path)) {
            return new String(in.readNBytes(FILE_BYTES_MAX), StandardCharsets.UTF_8);
        } catch (IOException e) {
            return ""; // the container has just gone, or it is not for us to read
        }
    }
}
