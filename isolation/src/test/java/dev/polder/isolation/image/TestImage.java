package dev.polder.isolation.image;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An image made in memory: its blobs, its manifest, and an index with it if it is asked for. */
public final class TestImage {
    static final Platform HERE = Platform.ofThisHost();

    final Map<Digest, byte[]> blobs = new LinkedHashMap<>();
    final List<Digest> layers = new ArrayList<>();
    final List<Digest> diffIds = new ArrayList<>();
    final byte[] config;
    final byte[] manifest;

    private TestImage(List<byte[]> tars, String configObject, Platform platform) {
        StringBuilder ids = new StringBuilder();
        StringBuilder descriptors = new StringBuilder();
        for (byte[] tar : tars) {
            byte[] packed = TestLayer.gzip(tar);
            Digest digest = Digest.sha256(packed);
            blobs.put(digest, packed);
            layers.add(digest);
            diffIds.add(Digest.sha256(tar));
            ids.append(ids.length() == 0 ? "" : ",")
                    .append('"')
                    .append(Digest.sha256(tar))
                    .append('"');
            descriptors
                    .append(descriptors.length() == 0 ? "" : ",")
                    .append(descriptor(Manifest.LAYER_TAR + "+gzip", packed));
        }
        config = ("{\"architecture\":\"" + platform.architecture() + "\",\"os\":\"" + platform.os() + "\",\"config\":"
                        + configObject + ",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[" + ids + "]}}")
                .getBytes(StandardCharsets.UTF_8);
        blobs.put(Digest.sha256(config), config);
        manifest = ("{\"schemaVersion\":2,\"mediaType\":\"" + Manifest.OCI + "\",\"config\":"
                        + descriptor("application/vnd.oci.image.config.v1+json", config) + ",\"layers\":[" + descriptors
                        + "]}")
                .getBytes(StandardCharsets.UTF_8);
    }

    static TestImage of(TestLayer... layers) {
        return of("{}", layers);
    }

    public static TestImage of(String configObject, TestLayer... layers) {
        return ofTars(configObject, List.of(layers).stream().map(TestLayer::tar).toList());
    }

    static TestImage ofTars(String configObject, List<byte[]> tars) {
        return new TestImage(tars, configObject, HERE);
    }

    static TestImage on(Platform platform, TestLayer layer) {
        return new TestImage(List.of(layer.tar()), "{}", platform);
    }

    Digest digest() {
        return Digest.sha256(manifest);
    }

    /** Returns an index of images, each for one platform. */
    static byte[] index(Map<Platform, TestImage> images) {
        StringBuilder json =
                new StringBuilder("{\"schemaVersion\":2,\"mediaType\":\"" + Manifest.OCI_INDEX + "\",\"manifests\":[");
        images.forEach((platform, image) -> {
            String descriptor = descriptor(Manifest.OCI, image.manifest);
            json.append(json.charAt(json.length() - 1) == '[' ? "" : ",")
                    .append(descriptor, 0, descriptor.length() - 1)
                    .append(",\"platform\":{\"os\":\"")
                    .append(platform.os())
                    .append("\",\"architecture\":\"")
                    .append(platform.architecture())
                    .append("\",\"variant\":\"")
                    .append(platform.variant())
                    .append("\"}}");
        });
        return json.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    }

    static String descriptor(String mediaType, byte[] bytes) {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + Digest.sha256(bytes) + "\",\"size\":"
                + bytes.length + "}";
    }
}
