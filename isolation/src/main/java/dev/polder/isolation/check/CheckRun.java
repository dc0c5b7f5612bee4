package dev.polder.isolation.check;

import dev.polder.isolation.HostPrograms;
import dev.polder.isolation.attach.Entry;
import dev.polder.isolation.attach.Mark;
import dev.polder.isolation.attach.Namespaces;
import dev.polder.isolation.attach.RunningContainer;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** One check in the making: a process. Owned by the thread that does checks. */
final class CheckRun {
    private static final File NOTHING = new File("/dev/null");
    private static final String CODE_NONE = "000";
    private static final int CODE_LENGTH = 3;

    private final CheckKind kind;
    private final Process process;
    private final Optional<Mark> mark;

    private CheckRun(CheckKind kind, Process process, Optional<Mark> mark) {
        this.kind = kind;
        this.process = process;
        this.mark = mark;
    }

    /**
     * Begins.
     *
     * @throws IOException if that cannot be done
     */
    static CheckRun start(CheckKind kind, RunningContainer container) throws IOException {
        if (kind instanceof CheckKind.Command command) {
            Entry entry = Entry.of(container, command.command());
            Process process = entry.process()
                    .redirectInput(NOTHING)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new CheckRun(kind, process, Optional.of(entry.mark()));
        }
        List<String> words = new ArrayList<>(Namespaces.enterNetwork(container.task()));
        if (!words.isEmpty()) {
            words.add("--");
        }
        if (kind instanceof CheckKind.Http http) {
            addCurl(words, http);
        } else if (kind instanceof CheckKind.Tcp tcp) {
            addConnect(words, tcp);
        }
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(Path.of("/").toFile())
                .redirectInput(NOTHING)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        return new CheckRun(kind, builder.start(), Optional.empty());
    }

    /** No file of settings, no proxy, nothing but HTTP wherever it is sent on to, no special characters in the URL. */
    private static void addCurl(List<String> words, CheckKind.Http http) throws IOException {
        words.add(HostPrograms.need("curl", "check HTTP").toString());
        words.addAll(List.of(
                "-q",
                "--noproxy",
                "*",
                "--proto",
                "=http,https",
                "-g",
                "-s",
                "-L",
                "-k",
                "-o",
                NOTHING.getPath(),
                "-w",
                "%{http_code}",
                "--",
                http.scheme() + "://" + (http.ipv6() ? "[::1]" : "127.0.0.1") + ":" + http.port() + http.path()));
    }

    private static void addConnect(List<String> words, CheckKind.Tcp tcp) throws IOException {
        words.add(HostPrograms.need("bash", "check TCP").toString());
        words.addAll(List.of("-c", ": <>/dev/tcp/" + (tcp.ipv6() ? "::1" : "127.0.0.1") + "/" + tcp.port()));
    }

    CompletableFuture<Process> ended() {
        return process.onExit();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Returns what came of it. Call when it has ended. */
    CheckResult result() {
        if (kind instanceof CheckKind.Command) {
            return new CheckResult.Exited(process.exitValue());
        }
        if (kind instanceof CheckKind.Tcp) {
            return new CheckResult.Connected(process.exitValue() == 0);
        }
        try (InputStream output = process.getInputStream()) {
            String code = new String(output.readNBytes(CODE_LENGTH), StandardCharsets.US_ASCII);
            if (process.exitValue() != 0 || code.length() != CODE_LENGTH || code.equals(CODE_NONE)) {
                return new CheckResult.Failed("curl ended with " + process.exitValue());
            }
            return new CheckResult.Answered(Integer.parseInt(code));
        } catch (IOException | NumberFormatException e) {
            return new CheckResult.Failed("curl said nothing: " + e.getMessage());
        }
    }

    /** Kills it, and returns by what is found what it may have started in the container; empty if it starts nothing. */
    Optional<Mark> kill() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        return mark;
    }
}
