package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonText;
import dev.polder.isolation.json.JsonValue;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Runs plug-ins: one process a call, with input and output in files, since whoever reads a pipe to its end waits for all
 * that have inherited it. Safe for many threads.
 */
final class PluginProcesses {
    private static final List<String> PROGRAMS =
            List.of("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin");
    private static final long LOOK_MS = 5;
    private static final int WORDS_BYTES_MAX = 2_000;

    private final CniSettings settings;
    private final Path scratch;

    PluginProcesses(CniSettings settings, Path scratch) {
        this.settings = settings;
        this.scratch = scratch;
    }

    /** Returns where a plug-in's program is. */
    Path program(String type) throws IOException {
        for (Path directory : settings.pluginDirectories()) {
            Path program = directory.resolve(type);
            if (Files.isRegularFile(program) && Files.isExecutable(program)) {
                return program;
            }
        }
        throw new IOException("there is no plug-in " + type + " in " + settings.pluginDirectories());
    }

    /**
     * Calls a plug-in and returns what it has printed.
     *
     * @throws CniException if it says no
     * @throws IOException if it is not there, takes too long, prints too much or fails without the words of CNI
     */
    byte[] call(PluginCall call) throws IOException {
        Path files = Files.createDirectory(scratch.resolve(UUID.randomUUID().toString()));
        Path input = files.resolve("stdin");
        Path output = files.resolve("stdout");
        Path errors = files.resolve("stderr");
        try {
            Files.write(input, JsonText.write(call.configuration()));
            ProcessBuilder builder = new ProcessBuilder(program(call.type()).toString())
                    .directory(files.toFile())
                    .redirectInput(input.toFile())
                    .redirectOutput(output.toFile())
                    .redirectError(errors.toFile());
            setEnvironment(builder.environment(), call);
            int code = run(builder, call, output, errors);
            if (code != 0) {
                throw failure(call, code, read(output, settings.outputBytesMax()), words(errors));
            }
            return read(output, settings.outputBytesMax());
        } finally {
            for (Path file : List.of(input, output, errors, files)) {
                Files.deleteIfExists(file);
            }
        }
    }

    private void setEnvironment(Map<String, String> environment, PluginCall call) {
        environment.clear();
        environment.put("LC_ALL", "C");
        environment.put("PATH", String.join(":", PROGRAMS));
        environment.put("CNI_COMMAND", call.command());
        environment.put(
                "CNI_PATH",
                settings.pluginDirectories().stream().map(Path::toString).collect(Collectors.joining(":")));
        environment.putAll(call.environment());
    }

    private int run(ProcessBuilder builder, PluginCall call, Path output, Path errors) throws IOException {
        long begin = System.nanoTime();
        Process process = builder.start();
        try {
            while (!process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
                if (System.nanoTime() - begin > settings.callTimeout().toNanos()) {
                    throw new IOException(
                            call + " has not ended within callTimeout=" + settings.callTimeout() + " and was killed");
                }
                requireBound(call, output, errors);
            }
            requireBound(call, output, errors);
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("interrupted while " + call + " ran");
            interrupted.initCause(e);
            throw interrupted;
        } finally {
            end(process);
        }
    }

    private void requireBound(PluginCall call, Path output, Path errors) throws IOException {
        if (Files.size(output) > settings.outputBytesMax() || Files.size(errors) > settings.outputBytesMax()) {
            throw new IOException(
                    call + " prints more than outputBytesMax=" + settings.outputBytesMax() + " bytes and was killed");
        }
    }

    /** Ends it with what it has started, as the plug-in of a plug-in, and waits until nothing of that acts any more. */
    private static void end(Process process) {
        List<ProcessHandle> started = process.descendants().toList();
        process.destroyForcibly();
        started.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        started.forEach(child -> child.onExit().join());
    }

    private static IOException failure(PluginCall call, int code, byte[] output, String errors) {
        try {
            JsonValue error = JsonValue.parse(output, "what " + call + " says");
            String details = error.get("details").text("");
            return new CniException(
                    call.toString(),
                    error.get("code").number(),
                    error.get("msg").text() + (details.isEmpty() ? "" : ": " + details));
        } catch (JsonException noWords) {
            String said =
                    new String(output, 0, Math.min(output.length, WORDS_BYTES_MAX), StandardCharsets.UTF_8).strip();
            IOException failure = new IOException(
                    call + " exits with " + code + " and without an error of CNI: " + (said + " " + errors).strip());
            failure.addSuppressed(noWords);
            return failure;
        }
    }

    private static String words(Path file) throws IOException {
        return new String(read(file, WORDS_BYTES_MAX), StandardCharsets.UTF_8).strip();
    }

    private static byte[] read(Path file, int bytesMax) throws IOException {
        try (InputStream input = Files.newInputStream(file)) {
            return input.readNBytes(bytesMax);
        }
    }
}
