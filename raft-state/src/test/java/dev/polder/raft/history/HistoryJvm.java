package dev.polder.raft.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A JVM that runs {@link HistoryProgram}, with a home folder and a directory for temporary files of its own. */
final class HistoryJvm implements AutoCloseable {
    /** What Chronicle Map needs; the manifest of polder.jar says the same. */
    static final List<String> FLAGS = List.of(
            "--add-exports=jdk.compiler/com.sun.tools.javac.file=ALL-UNNAMED",
            "--add-exports=java.base/jdk.internal.ref=ALL-UNNAMED",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.base/java.lang.reflect=ALL-UNNAMED",
            "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED");

    private static final int PATIENCE_SECONDS = 120;

    private final Process process;
    private final Path out;
    private final Path err;

    private HistoryJvm(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /** Returns the JDK that runs this test, and those of other versions that lie beside it. */
    static List<Path> jdks() throws IOException {
        Path own = Path.of(System.getProperty("java.home")).toRealPath();
        List<Path> jdks = new ArrayList<>(List.of(own));
        try (Stream<Path> beside = Files.list(own.getParent())) {
            for (Path jdk :
                    beside.filter(path -> !Files.isSymbolicLink(path)).sorted().toList()) {
                boolean newer = Files.isExecutable(jdk.resolve("bin/javac")) && featureOf(jdk) > featureOf(own);
                if (newer) {
                    jdks.add(jdk);
                }
            }
        }
        return jdks;
    }

    private static int featureOf(Path jdk) throws IOException {
        Path release = jdk.resolve("release");
        if (!Files.exists(release)) {
            return 0;
        }
        return Files.readAllLines(release).stream()
                .filter(line -> line.startsWith("JAVA_VERSION=\""))
                .map(line -> line.substring("JAVA_VERSION=\"".length()).split("[.\"]", -1)[0])
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
    }

    /** Starts it in a new directory of its own below this one. */
    static HistoryJvm start(Path jdk, List<String> flags, Path directory, String... arguments) throws IOException {
        Path home = Files.createTempDirectory(directory, "home-");
        Path out = Files.createTempFile(directory, "out-", "");
        Path err = Files.createTempFile(directory, "err-", "");
        List<String> command = new ArrayList<>();
        command.add(jdk.resolve("bin/java").toString());
        command.addAll(flags);
        command.addAll(List.of("-Duser.home=" + home, "-Djava.io.tmpdir=" + home, "-Xmx256m"));
        // it lives for seconds, and mostly compiles
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        command.addAll(List.of(
                "-Dorg.slf4j.simpleLogger.log.net.openhft=off", "-XX:ErrorFile=" + home.resolve("hs_err"), "-cp"));
        command.add(System.getProperty("java.class.path"));
        command.add(HistoryProgram.class.getName());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(home.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("HOME", home.toString());
        return new HistoryJvm(builder.start(), out, err);
    }

    /** Runs it with the flags in the JDK of this test, to its good end, and returns it. */
    static HistoryJvm run(Path directory, String... arguments) throws IOException, InterruptedException {
        return runIn(jdks().get(0), FLAGS, directory, arguments);
    }

    static HistoryJvm runIn(Path jdk, List<String> flags, Path directory, String... arguments)
            throws IOException, InterruptedException {
        try (HistoryJvm jvm = start(jdk, flags, directory, arguments)) {
            boolean ended = jvm.process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(ended)
                    .as("ended in time; it says %s %s", jvm.out(), jvm.err())
                    .isTrue();
            assertThat(jvm.process.exitValue())
                    .as("exit code; it says %s %s", jvm.out(), jvm.err())
                    .isZero();
            return jvm;
        }
    }

    List<String> out() throws IOException {
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }

    List<String> err() throws IOException {
        return Files.readAllLines(err, StandardCharsets.UTF_8);
    }

    /** Returns what it logged of where the records lie. */
    List<String> storeLines() throws IOException {
        return err().stream()
                .filter(line -> line.contains("event=history_store"))
                .map(line -> line.substring(line.indexOf("node=")))
                .toList();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Kills it with -9, and waits until it is gone. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
