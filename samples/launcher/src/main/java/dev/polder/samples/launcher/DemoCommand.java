package dev.polder.samples.launcher;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code demo}: the words of some texts, counted by a small cluster whose leader is killed meanwhile. */
@Command(
        name = "demo",
        description =
                "Start three nodes, count the words of the text files below a directory with them, kill the leader"
                        + " in the middle, and check the result.",
        footer = {
            "",
            "A word is a run of the letters a to z, in upper or lower case, which do not",
            "differ. Hidden files and files with zero bytes are no text; without any text",
            "file, a few texts that come with the jar are counted. The second table is as",
            "the counting framework saw it: who led, for how long nobody did, and how many",
            "tasks had finished, or were lost and run again, meanwhile."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration START_PATIENCE = Duration.ofSeconds(20);

    /** After so long there is a result or it gives up; checking and tidying up take some more seconds. */
    private static final Duration PATIENCE = Duration.ofSeconds(38);

    private static final List<String> TEXTS = List.of("polder.txt", "mill.txt", "dike.txt");

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            description = "Where to look for text files (default: the current directory)")
    private Path directory = Path.of("");

    @Override
    public Integer call() throws Exception {
        long startedNs = System.nanoTime();
        PrintStream err = System.err;
        Path given = directory.toAbsolutePath().normalize();
        TextFiles found = TextFiles.below(given);
        Scratch scratch = new Scratch("polder-demo-");
        try (Hosted<DemoCluster> hosted = Hosted.start(() -> prepare(scratch), scratch::delete)) {
            TextFiles texts = found;
            if (texts.files().isEmpty()) {
                err.println("no text files below " + given + ", taking those that come with the jar");
                texts = TextFiles.below(
                        unpack(Files.createDirectory(scratch.directory().resolve("texts"))));
            }
            Path work = Files.createDirectory(scratch.directory().resolve("work"));
            err.println("starting three nodes");
            hosted.get().start(START_PATIENCE, err);
            Duration left = PATIENCE.minusNanos(System.nanoTime() - startedNs);
            return new WordCountDemo(System.out, err, WordCounts::count).run(hosted.get(), texts, work, left);
        }
    }

    private static DemoCluster prepare(Scratch scratch) throws IOException {
        scratch.make();
        return new DemoCluster(scratch.directory());
    }

    private static Path unpack(Path into) throws IOException {
        for (String text : TEXTS) {
            try (InputStream in = DemoCommand.class.getResourceAsStream("texts/" + text)) {
                Files.copy(Objects.requireNonNull(in, text), into.resolve(text));
            }
        }
        return into;
    }
}
