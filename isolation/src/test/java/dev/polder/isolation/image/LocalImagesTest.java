package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class LocalImagesTest {
    private static final byte[] LAYER = new TestLayer().file("a", "x").tar();

    @TempDir
    Path base;

    private Path images;
    private ImageStore store;

    @BeforeEach
    void open() throws IOException {
        images = Files.createDirectory(base.resolve("images"));
        store = ImageStore.open(
                StoreSettings.of(base.resolve("store"), new LocalImages(images)).withBackend(Backend.COPY));
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        assertThat(base.resolve("store/tmp")).isEmptyDirectory();
    }

    private Image pull(String name) throws IOException {
        return store.pull(PullRequest.of(new ContainerId(UUID.randomUUID()), ImageReference.parse(name)));
    }

    private static void writeLayout(Path directory, TestImage image, String name) throws IOException {
        Path blobs = Files.createDirectories(directory.resolve("blobs/sha256"));
        Files.writeString(directory.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        Files.write(blobs.resolve(image.digest().hex()), image.manifest);
        for (var blob : image.blobs.entrySet()) {
            Files.write(blobs.resolve(blob.getKey().hex()), blob.getValue());
        }
        String descriptor = TestImage.descriptor(Manifest.OCI, image.manifest);
        Files.writeString(
                directory.resolve("index.json"),
                "{\"schemaVersion\":2,\"manifests\":[" + descriptor.substring(0, descriptor.length() - 1)
                        + ",\"annotations\":{\"org.opencontainers.image.ref.name\":\"" + name + "\"}}]}");
    }

    @Test
    void shouldFindAnImageInALayout() throws Exception {
        TestImage image = TestImage.ofTars("{}", java.util.List.of(LAYER));
        writeLayout(images.resolve("some/thing:1"), image, "1");

        Image pulled = pull("some/thing:1");

        assertThat(pulled.manifest()).isEqualTo(image.digest());
        assertThat(pulled.layers().get(0).resolve("a")).hasContent("x");
        assertThatThrownBy(() -> pull("some/thing:2"))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("has no image " + ImageReference.parse("some/thing:2"))
                .hasMessageContaining("[some/thing:2,");
    }

    @Test
    void shouldAskOneLayoutForEveryImage() throws Exception {
        TestImage image = TestImage.ofTars("{}", java.util.List.of(LAYER));
        writeLayout(images, image, "here");

        assertThat(pull("busybox:here").manifest()).isEqualTo(image.digest());
        assertThat(pull("other@" + image.digest()).manifest()).isEqualTo(image.digest());
        assertThatThrownBy(() -> pull("busybox:absent")).hasMessageContaining("but [here]");
    }

    @Test
    void shouldCheckWhatLiesThere() throws Exception {
        TestImage image = TestImage.ofTars("{}", java.util.List.of(LAYER));
        writeLayout(images, image, "1");
        Path layer = images.resolve("blobs/sha256").resolve(image.layers.get(0).hex());
        byte[] bytes = Files.readAllBytes(layer);
        bytes[bytes.length - 1] ^= 1;
        Files.write(layer, bytes);
        assertThatThrownBy(() -> pull("x:1")).hasMessageContaining("has other bytes");

        Files.write(layer, Arrays.copyOf(bytes, bytes.length - 1));
        assertThatThrownBy(() -> pull("x:1")).hasMessageContaining("ends after " + (bytes.length - 1));

        Files.delete(layer);
        assertThatThrownBy(() -> pull("x:1")).isInstanceOf(IOException.class);
    }

    private static byte[] saved(byte[] config, String names) {
        return new TestLayer()
                .file("c.json", config, 0644)
                .file("one/layer.tar", LAYER, 0644)
                .link("two/layer.tar", "../one/layer.tar")
                .file(
                        "manifest.json",
                        "[{\"Config\":\"c.json\",\"RepoTags\":[" + names
                                + "],\"Layers\":[\"one/layer.tar\",\"two/layer.tar\"]}]")
                .tar();
    }

    private static byte[] config(Digest... diffIds) {
        StringBuilder ids = new StringBuilder();
        for (Digest id : diffIds) {
            ids.append(ids.length() == 0 ? "" : ",").append('"').append(id).append('"');
        }
        return ("{\"os\":\"" + TestImage.HERE.os() + "\",\"architecture\":\"" + TestImage.HERE.architecture()
                        + "\",\"config\":{\"Cmd\":[\"c\"]},\"rootfs\":{\"diff_ids\":[" + ids + "]}}")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void shouldFindAnImageThatDockerHasSaved() throws Exception {
        Digest id = Digest.sha256(LAYER);
        Files.write(images.resolve("busybox:1.tar"), saved(config(id, id), "\"busybox:1\""));

        Image pulled = pull("busybox:1");

        assertThat(pulled.config().command()).containsExactly("c");
        assertThat(pulled.layers()).hasSize(2).allMatch(layer -> Files.exists(layer.resolve("a")));
        assertThat(pull("busybox:1").manifest()).isEqualTo(pulled.manifest());
    }

    @Test
    void shouldRefuseASavedImageThatIsNotWhatItSays() throws Exception {
        Digest id = Digest.sha256(LAYER);
        Files.write(images.resolve("a:1.tar"), saved(config(id), "\"a:1\""));
        assertThatThrownBy(() -> pull("a:1"))
                .hasMessageContaining("has 2 layers")
                .hasMessageContaining("its config names 1");

        Files.write(images.resolve("b:1.tar"), saved(config(id, Digest.sha256(new byte[0])), "\"b:1\""));
        assertThatThrownBy(() -> pull("b:1")).hasMessageContaining("has other bytes");

        Files.write(images.resolve("c:1.tar"), TestLayer.gzip(saved(config(id, id), "\"c:1\"")));
        assertThatThrownBy(() -> pull("c:1")).hasMessageContaining("is compressed by gzip; decompress it first");

        Files.write(images.resolve("d:1.tar"), new TestLayer().file("x", "").tar());
        assertThatThrownBy(() -> pull("d:1")).hasMessageContaining("has no file manifest.json");
    }
}
