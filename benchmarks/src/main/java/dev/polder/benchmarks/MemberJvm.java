package dev.polder.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A {@link RaftMember} and what it has said so far. */
final class MemberJvm implements AutoCloseable {
    /** More answers than questions there can be at a time. */
    private static final int ANSWERS_MAX = 1_000;

    /**
     * A first acknowledged write.
     *
     * @param term in which it was, 0 for none yet
     * @param atNanos when, see {@link AckFile}
     */
    record FirstWrite(long term, long atNanos) {}

    private final Path directory;
    private final ChildJvm jvm;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>(ANSWERS_MAX);
    private volatile long mainAtNanos;
    private volatile long servingTerm;
    private volatile long installedBytes;
    private volatile String trouble = "";
    private volatile FirstWrite firstWrite = new FirstWrite(0, 0);

    private MemberJvm(Path directory, List<String> flags, List<String> arguments) throws IOException {
        this.directory = directory;
        jvm = ChildJvm.start(flags, RaftMember.class, arguments, directory.resolve("err"), this::heard);
    }

    /**
     * Starts it.
     *
     * @param members the addresses of all, its own among them
     */
    static MemberJvm start(Path directory, String self, List<String> members, MemberTask task, List<String> flags)
            throws IOException {
        return new MemberJvm(
                directory, flags, List.of(directory.toString(), self, String.join(",", members), task.name()));
    }

    private void heard(String line) {
        String[] words = line.split(" ", -1);
        switch (words[0]) {
            case "main" -> mainAtNanos = Long.parseLong(words[1]);
            case "serving" -> servingTerm = Long.parseLong(words[1]);
            case "lost" -> servingTerm = 0;
            case "first" -> firstWrite = new FirstWrite(Long.parseLong(words[1]), Long.parseLong(words[2]));
            case "installed" -> installedBytes = Long.parseLong(words[1]);
            case "stopped" -> trouble = line;
            case "done", "failed" -> answers.offer(line);
            default -> {
                // of no interest, such as who refused it
            }
        }
    }

    ChildJvm jvm() {
        return jvm;
    }

    /** Returns when its {@code main} was called, see {@link AckFile}. */
    long mainAtNanos() {
        return mainAtNanos;
    }

    /** Returns the term that it serves, 0 for none. */
    long servingTerm() {
        return servingTerm;
    }

    FirstWrite firstWrite() {
        return firstWrite;
    }

    /** Returns how many bytes of snapshot it was given, 0 for none. */
    long installedBytes() {
        return installedBytes;
    }

    /**
     * Checks that it goes on.
     *
     * @throws IOException if it has said that it does not, or has ended
     */
    void check() throws IOException {
        if (!trouble.isEmpty() || !jvm.isAlive()) {
            throw new IOException("member in " + directory + " has ended " + trouble + jvm.lastWords());
        }
    }

    /** Returns when it saw its last acknowledged write, see {@link AckFile}. */
    long lastAckAtNanos() throws IOException {
        return AckFile.open(directory).nanos();
    }

    /**
     * Has it do something and waits for the answer.
     *
     * @throws IOException if it could not, or has ended; says why
     */
    String ask(String command, Duration patience) throws IOException, InterruptedException {
        answers.clear();
        jvm.say(command);
        String answer = answers.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (answer == null || !answer.startsWith("done ")) {
            throw new IOException("member in " + directory + ", " + command + ": "
                    + (answer == null ? "no answer after " + patience.toSeconds() + " s" : answer)
                    + jvm.lastWords());
        }
        return answer.substring("done ".length());
    }

    @Override
    public void close() {
        jvm.close();
    }
}
