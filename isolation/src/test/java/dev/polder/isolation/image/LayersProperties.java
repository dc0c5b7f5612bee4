package dev.polder.isolation.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.isolation.ContainerId;
import dev.polder.isolation.image.LayersModel.Kind;
import dev.polder.isolation.image.LayersModel.Step;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tag;

/** Layers, one over the other, give the tree that a plain model says, copied or mounted. */
@Tag("slow")
class LayersProperties {
    private static final ImageConfig CONFIG =
            new ImageConfig(TestImage.HERE, Map.of(), List.of(), List.of(), "", "", Map.of(), List.of(), List.of(), "");

    @Provide
    Arbitrary<List<List<Step>>> images() {
        Arbitrary<String> name =
                Arbitraries.of("a", "b", "é").list().ofMinSize(1).ofMaxSize(3).map(parts -> String.join("/", parts));
        Arbitrary<Kind> kind = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(4, Arbitraries.just(Kind.FILE)),
                net.jqwik.api.Tuple.of(4, Arbitraries.just(Kind.DIRECTORY)),
                net.jqwik.api.Tuple.of(2, Arbitraries.just(Kind.WHITEOUT)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(Kind.OPAQUE)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(Kind.LINK)),
                net.jqwik.api.Tuple.of(1, Arbitraries.just(Kind.HARD_LINK)));
        Arbitrary<Step> step = Combinators.combine(kind, name, name).as(Step::new);
        Arbitrary<Step> rootIsOpaque = Arbitraries.just(new Step(Kind.OPAQUE, "", ""));
        return Arbitraries.frequencyOf(net.jqwik.api.Tuple.of(40, step), net.jqwik.api.Tuple.of(1, rootIsOpaque))
                .list()
                .ofMaxSize(8)
                .list()
                .ofMinSize(1)
                .ofMaxSize(5);
    }

    @Property(tries = 100, shrinking = ShrinkingMode.BOUNDED)
    void copiesAreAsTheModelSays(@ForAll("images") List<List<Step>> image) throws IOException {
        check(image, Backend.COPY);
    }

    @Property(tries = 60, shrinking = ShrinkingMode.BOUNDED)
    void mountsAreAsTheModelSays(@ForAll("images") List<List<Step>> image) throws IOException {
        Path base = Files.createTempDirectory("layers");
        try {
            TestHostAbilities.assumeOverlay(base);
        } finally {
            TreeDeletion.delete(base);
        }
        check(image, Backend.OVERLAY);
    }

    private static void check(List<List<Step>> image, Backend backend) throws IOException {
        Path base = Files.createTempDirectory("layers");
        ContainerId holder = new ContainerId(UUID.randomUUID());
        try (ImageStore store = ImageStore.open(
                StoreSettings.of(base.resolve("store"), new LocalImages(base)).withBackend(backend))) {
            RootFilesystems filesystems = RootFilesystems.open(store, base.resolve("roots"));
            LayersModel model = new LayersModel();
            List<Path> layers = new ArrayList<>();
            SpecialFiles specialFiles = new SpecialFiles(Files.createDirectory(base.resolve("nodes")));
            for (List<Step> steps : image) {
                byte[] tar = model.apply(steps).tar();
                Path layer = Files.createDirectories(base.resolve("layers/" + layers.size()));
                new LayerUnpacker(UnpackLimits.defaults(), backend.form(), specialFiles, store.root())
                        .unpack(new ByteArrayInputStream(tar), tar.length, Digest.sha256(tar), layer.resolve("tree"))
                        .whiteouts()
                        .write(layer.resolve("whiteouts"));
                layers.add(layer.resolve("tree"));
            }
            Image unpacked =
                    new Image(ImageReference.parse("x"), Digest.sha256(new byte[0]), CONFIG, layers, List.of());

            Path root = filesystems.provide(holder, "rootfs", unpacked, false);

            assertThat(read(root)).isEqualTo(model.tree());
            filesystems.release(holder);
            TestHostAbilities.assertNothingIsMounted(base);
        } finally {
            OverlayMount.unmountBelow(base.toRealPath());
            TreeDeletion.delete(base);
        }
    }

    private static SortedMap<String, String> read(Path root) throws IOException {
        SortedMap<String, String> lines = new TreeMap<>();
        TestTree.read(root).forEach((name, text) -> lines.put(name, plain(text)));
        lines.remove(".");
        return lines;
    }

    private static String plain(String text) {
        if (text.startsWith("directory")) {
            return "directory";
        }
        return text.startsWith("link")
                ? "link " + text.replaceFirst("^.* -> ", "").replace("\u00c3\u00a9", "é")
                : "file " + text.replaceFirst("^file \\d+ \\S+ x\\d+ ", "").replace("\u00c3\u00a9", "é");
    }
}
