package dev.polder.samples.launcher;

import dev.polder.ClusterNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code demo}: the words of some texts, counted by a small cluster. */
@Command(
        name = "demo",
        description = "Count the words of the text files below a directory with a small cluster, and check the result.",
        footer = {
            "",
            "A word is a run of the letters a to z, in upper or lower case, which do not differ. Hidden files and files",
            "with zero bytes are no text; without any text file, a few texts that come with the jar are counted."
        })
final class DemoCommand implements Callable<Integer> {
    private static final Duration AGENT_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private static final List<String> TEXTS = List.of("polder.txt", "mill.txt", "dike.txt");

    /** Given by picocli. */
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(
            paramLabel = "DIR",
            arity = "0..1",
            description = "Where to look for text files (default: the current directory)")
    private Path directory = Path.of("");

    @Override
    public Integer call() throws Exception {
        Path given = directory.toAbsolutePath().normalize();
        TextFiles found = TextFiles.below(given);
        Scratch scratch = new Scratch("polder-demo-");
        try (HostedNode hosted = HostedNode.start(() -> startNode(scratch), scratch::delete)) {
            TextFiles texts = found;
            if (texts.files().isEmpty()) {
                spec.commandLine()
                        .getErr()
                        .println("no text files below " + given + ", taking those that come with the jar");
                texts = TextFiles.below(
                        unpack(Files.createDirectory(scratch.directory().resolve("texts"))));
            }
            Path work = Files.createDirectory(scratch.directory().resolve("work"));
            hosted.node().awaitReady(START_PATIENCE);
            WordCountDemo demo = new WordCountDemo(System.out, System.err, WordCounts::count);
            return demo.run(hosted.node().masterAddress(), texts, work);
        }
    }

    /** A node that gives up early on an agent that is away: nobody watches a demonstration for a minute. */
    private static ClusterNode startNode(Scratch scratch) throws IOException {
        scratch.make();
        return ClusterNode.start(config -> config.agentTimeout(AGENT_TIMEOUT));
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
