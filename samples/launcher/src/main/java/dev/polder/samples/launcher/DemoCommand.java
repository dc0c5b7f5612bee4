package dev.polder.samples.launcher;

import dev.polder.ClusterNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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
        Path scratch = Files.createTempDirectory("polder-demo-");
        try {
            TextFiles texts = texts(scratch);
            Path work = Files.createDirectory(scratch.resolve("work"));
            try (HostedNode hosted = HostedNode.start(DemoCommand::startNode, () -> delete(scratch))) {
                WordCountDemo demo = new WordCountDemo(System.out, System.err, WordCounts::count);
                return demo.run(hosted.node().masterAddress(), texts, work);
            }
        } finally {
            delete(scratch);
        }
    }

    private TextFiles texts(Path scratch) throws IOException {
        Path given = directory.toAbsolutePath().normalize();
        TextFiles texts = TextFiles.below(given);
        if (!texts.files().isEmpty()) {
            return texts;
        }
        spec.commandLine().getErr().println("no text files below " + given + ", taking those that come with the jar");
        return TextFiles.below(unpack(Files.createDirectory(scratch.resolve("texts"))));
    }

    private static Path unpack(Path into) throws IOException {
        for (String text : TEXTS) {
            try (InputStream in = DemoCommand.class.getResourceAsStream("texts/" + text)) {
                Files.copy(Objects.requireNonNull(in, text), into.resolve(text));
            }
        }
        return into;
    }

    /** Deletes all that is there; what somebody else deletes meanwhile is fine. */
    private static void delete(Path directory) {
        try {
            Files.walkFileTree(directory, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFileFailed(Path file, IOException gone) {
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure)
                        throws IOException {
                    Files.deleteIfExists(visited);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            System.err.println("polder: " + directory + " is left behind: " + e.getMessage());
        }
    }

    /** A node that gives up early on an agent that is away: nobody watches a demonstration for a minute. */
    private static ClusterNode startNode() {
        ClusterNode node = ClusterNode.start(config -> config.agentTimeout(AGENT_TIMEOUT));
        try {
            node.awaitReady(START_PATIENCE);
            return node;
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
    }
}
