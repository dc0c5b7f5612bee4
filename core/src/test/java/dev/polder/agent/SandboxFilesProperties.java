package dev.polder.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.polder.agent.SandboxFiles.Entry;
import dev.polder.agent.SandboxFiles.Listing;
import dev.polder.agent.SandboxFiles.Piece;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Whatever is asked for, and however it is written, nothing outside of the sandbox is shown. */
final class SandboxFilesProperties {
    /** All names below the sandbox. */
    private static final Set<String> NAMES =
            Set.of("..file", "absolute", "dangling", "dir", "file", "other", "own", "passwd", "raft", "up");

    private static Path directory;
    private static SandboxTree tree;

    @BeforeContainer
    static void make() throws IOException {
        directory = Files.createTempDirectory("polder-sandbox-files");
        tree = SandboxTree.make(directory);
    }

    @AfterContainer
    static void delete() throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Property(tries = 3000)
    void nothingOutsideIsShown(@ForAll("paths") String path) {
        SandboxFiles files = new SandboxFiles(tree.root(), OutputBounds.NONE);

        if (files.read(SandboxTree.AGENT, path, OptionalLong.of(0), 100) instanceof Piece piece) {
            assertThat(UTF_8.decode(piece.bytes()).toString()).isEqualTo(SandboxTree.INSIDE);
        }
        if (files.browse(SandboxTree.AGENT, path) instanceof Listing listing) {
            assertThat(listing.entries()).extracting(Entry::name).isSubsetOf(NAMES);
        }
    }

    /** Paths that begin well or badly, go on with names that lead somewhere, and are encoded once more or not. */
    @Provide
    Arbitrary<String> paths() {
        String latest = SandboxTree.RUN.replace("runs/run", "runs/latest");
        Arbitrary<String> beginnings = Arbitraries.of(
                SandboxTree.RUN,
                latest,
                tree.sandbox().toString(),
                tree.sandbox().resolveSibling("latest").toString(),
                tree.sandbox().getParent().toString(),
                tree.root().toString(),
                tree.outside().toString(),
                "/frameworks/F/executors/t1",
                "/frameworks/..",
                "/",
                "");
        Arbitrary<String> known = Arbitraries.of(
                "..",
                ".",
                "",
                "...",
                "%2e%2e",
                "%252e%252e",
                "..%2f",
                "..\\",
                "\0",
                "..\0",
                "\u2025",
                "\uff0e\uff0e",
                "file",
                "dir",
                "up",
                "raft",
                "log",
                "other",
                "absolute",
                "passwd",
                "own",
                "runs",
                "run",
                "latest",
                "etc",
                "outside",
                "data",
                "sandboxes",
                "slaves");
        Arbitrary<String> names = Arbitraries.frequencyOf(
                Tuple.of(9, known), Tuple.of(1, Arbitraries.strings().ofMaxLength(8)));
        Arbitrary<List<String>> ways = names.list().ofMaxSize(12);
        return Combinators.combine(
                        beginnings,
                        ways,
                        Arbitraries.of("/", "//", "/./"),
                        Arbitraries.integers().between(0, 2))
                .as((beginning, way, separator, encodings) -> {
                    List<String> all = new ArrayList<>(List.of(beginning));
                    all.addAll(way);
                    return encoded(String.join(separator, all), encodings);
                });
    }

    /** Encoded so often, and decoded once, as a server does. */
    private static String encoded(String path, int times) {
        String text = path;
        for (int i = 0; i < times; i++) {
            text = URLEncoder.encode(text, UTF_8);
        }
        return times == 0 ? text : URLDecoder.decode(text, UTF_8);
    }
}
