package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.isolation.ContainerId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that mean harm, pulled as any other: refused in words, nothing outside is touched, nothing of them stays. */
@Tag("slow")
class MaliciousLayerTest {
    private static final UnpackLimits LIMITS = new UnpackLimits(80L << 20, 50, 10, 100, true);

    @TempDir
    Path base;

    private TestRegistry registry;
    private RegistryClient client;
    private ImageStore store;
    private Path victim;

    @BeforeEach
    void open() throws IOException {
        registry = new TestRegistry();
        client = RegistryClient.open(RegistrySettings.defaults());
        store = ImageStore.open(StoreSettings.of(base.resolve("store"), client)
                .withBackend(Backend.COPY)
                .withLimits(LIMITS));
        victim = Files.writeString(base.resolve("victim"), "untouched");
    }

    @AfterEach
    void close() throws IOException {
        store.close();
        client.close();
        registry.close();
        assertThat(victim).hasContent("untouched");
        assertThat(base)
                .isDirectoryNotContaining(file ->
                        !List.of("store", "victim").contains(file.getFileName().toString()));
        assertThat(base.resolve("store/tmp")).isEmptyDirectory();
        assertThat(base.resolve("store/layers/plain")).isEmptyDirectory();
        assertThat(base.resolve("store/holds")).isEmptyDirectory();
        assertThat(base.resolve("store/images")).isEmptyDirectory();
    }

    private void assertRefused(List<byte[]> tars, String words) {
        registry.with("evil", TestImage.ofTars("{}", tars));
        assertThatThrownBy(() ->
                        store.pull(PullRequest.of(new ContainerId(UUID.randomUUID()), registry.reference("x:evil"))))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining(words);
    }

    private static Arguments layer(String words, Consumer<TestLayer> content) {
        TestLayer layer = new TestLayer();
        content.accept(layer);
        return Arguments.of(words, layer);
    }

    static Stream<Arguments> layers() {
        String deep = "d/".repeat(11);
        return Stream.of(
                layer("'../victim' has a name with '..'", layer -> layer.file("../victim", "evil")),
                layer("has a name with '..'", layer -> layer.file("a/../../../victim", "evil")),
                layer("has a name with '..'", layer -> layer.directory("a/..")),
                layer(
                        "has an absolute name",
                        layer -> layer.entry(
                                "/etc/evil", TarConstants.LF_NORMAL, new byte[0], entry -> entry.setName("/etc/evil"))),
                layer(
                        "'up/victim' goes through 'up', which is no directory",
                        layer -> layer.link("up", "../../../..").file("up/victim", "evil")),
                layer("goes through 'etc'", layer -> layer.link("etc", "/etc").file("etc/evil", "x")),
                layer("goes through 'a/b'", layer -> layer.link("a/b", "/tmp").directory("a/b/c")),
                layer("goes through 'file'", layer -> layer.file("file", "x").file("file/below", "x")),
                layer(
                        "goes through 'up'",
                        layer -> layer.link("up", "/").whiteout("up", "victim").directory("up/x")),
                layer("has a name with '..'", layer -> layer.hardLink("h", "../../victim")),
                layer("has an absolute name", layer -> layer.hardLink("h", "/etc/passwd")),
                layer("which is no file of this layer", layer -> layer.hardLink("h", "absent")),
                layer(
                        "which is no file of this layer",
                        layer -> layer.link("s", "/etc").hardLink("h", "s/passwd")),
                layer(
                        "which is no file of this layer",
                        layer -> layer.directory("d").hardLink("h", "d")),
                layer("leads to itself", layer -> layer.file("h", "x").hardLink("h", "h")),
                layer("takes the place of", layer -> layer.file("d/f", "x").hardLink("d", "d/f")),
                layer("leads to the whiteout", layer -> layer.hardLink("h", ".wh.x")),
                layer("hides no file", layer -> layer.file("a/.wh...", "")),
                layer("hides no file", layer -> layer.file("a/.wh.", "")),
                layer("hides files by a back door", layer -> layer.device("x", TarConstants.LF_CHR, 0, 0)),
                layer("is 11 deep, more than depthMax=10", layer -> layer.directory(deep)),
                layer("longer than COMPONENT_BYTES_MAX=255", layer -> layer.file("x".repeat(256), "")),
                layer("longer than COMPONENT_BYTES_MAX=255", layer -> layer.file("é".repeat(128), "")),
                layer("longer than BYTES_MAX=3072", layer -> layer.file("x/".repeat(1600), "")),
                layer("target longer than BYTES_MAX=3072", layer -> layer.link("l", "x".repeat(4000))),
                layer(
                        "the head of an entry is longer than",
                        layer -> layer.records("comment", "x".repeat(2 << 20)).file("x", "")),
                layer("more than entriesMax=50 entries", layer -> {
                    for (int i = 0; i <= 50; i++) {
                        layer.directory("d");
                    }
                }),
                layer(
                        "owner 4294967295:0",
                        layer -> layer.entry(
                                "x", TarConstants.LF_NORMAL, new byte[0], entry -> entry.setUserId(0xffff_ffffL))),
                layer(
                        "bytes, not 0 to bytesMax=",
                        layer -> layer.records(
                                        "GNU.sparse.major", "1",
                                        "GNU.sparse.minor", "0",
                                        "GNU.sparse.name", "s",
                                        "GNU.sparse.realsize", "1000000000")
                                .file("s", "1\n999999999\n1\n" + "\0".repeat(500), 0644)),
                layer("is of no known kind", layer -> layer.entry("v", (byte) 'V', new byte[0], entry -> {})),
                layer("the layer's root is not a directory", layer -> layer.link(".", "/etc")),
                layer("'a?b/../x'", layer -> layer.file("a\u0007b/../x", "x")));
    }

    @ParameterizedTest
    @MethodSource("layers")
    void shouldRefuseInWords(String words, TestLayer layer) {
        assertRefused(List.of(layer.tar()), words);
    }

    @Test
    void shouldRefuseBombs() {
        TestLayer zeros = new TestLayer();
        byte[] mebibytes = new byte[10 << 20];
        for (int i = 0; i < 7; i++) {
            zeros.file("zeros" + i, mebibytes, 0644);
        }
        assertRefused(List.of(zeros.tar()), "more than ratioMax=100 times its");

        TestLayer large = new TestLayer();
        byte[] noise = new byte[21 << 20];
        new java.util.Random(1).nextBytes(noise);
        for (int i = 0; i < 4; i++) {
            large.file("noise" + i, noise, 0644);
        }
        assertRefused(List.of(large.tar()), "larger than bytesMax=" + LIMITS.bytesMax());
        // what follows the end of a tar is read too, and counts
        byte[] tail = Arrays.copyOf(new TestLayer().file("a", "x").tar(), 90 << 20);
        assertRefused(List.of(tail), "more than ratioMax=100");
    }

    @Test
    void shouldRefuseWhatIsNoTarOrHalfOne() {
        byte[] whole =
                new TestLayer().file("a", "x".repeat(5000)).file("b", "y").tar();
        assertRefused(List.of(Arrays.copyOf(whole, 2000)), "not a whole tar");

        byte[] garbage = "this is no tar at all ".repeat(100).getBytes(StandardCharsets.UTF_8);
        assertRefused(List.of(garbage), "the layer is not a");

        byte[] changed = whole.clone();
        changed[3] ^= 1;
        assertRefused(List.of(changed), "a head has another check sum");
    }

    @Test
    void shouldRefuseALayerThatUnpacksToOtherBytesThanItsImageSays() {
        TestImage honest = TestImage.of(new TestLayer().file("a", "x"));
        byte[] other = new TestLayer().file("a", "evil").gzip();
        String manifest = new String(honest.manifest, StandardCharsets.UTF_8)
                .replace(
                        TestImage.descriptor(Manifest.LAYER_TAR + "+gzip", honest.blobs.get(honest.layers.get(0))),
                        TestImage.descriptor(Manifest.LAYER_TAR + "+gzip", other));
        registry.with("1", honest)
                .withBlob(Digest.sha256(other), other)
                .with("evil", manifest.getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() ->
                        store.pull(PullRequest.of(new ContainerId(UUID.randomUUID()), registry.reference("x:evil"))))
                .isInstanceOf(ImageException.class)
                .hasMessageContaining("unpacks to other bytes than its image says");
    }

    @Test
    void shouldThrowAwayTheGoodLayersOfABadImageWithTheNextCollection() throws Exception {
        byte[] good = new TestLayer().file("good", "x").tar();
        byte[] bad = new TestLayer().file("../victim", "x").tar();

        assertRefused(List.of(good, bad), "has a name with '..'");

        assertThat(store.prune(java.util.Set.of())).isEqualTo(1);
        assertThat(base.resolve("store/blobs")).isEmptyDirectory();
    }
}
