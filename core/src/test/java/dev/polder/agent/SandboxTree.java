package dev.polder.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A data directory with a sandbox whose task was up to no good. Every file outside of the sandbox holds {@link #OUTSIDE},
 * every one inside something else.
 *
 * <pre>
 *  data/raft/log, data/agent/log, outside/file, .../runs/other/file     OUTSIDE
 *  .../runs/latest -> run
 *  .../runs/run/  file, ..file, dir/file
 *                 passwd, up, raft, other, absolute, dangling -> elsewhere     own -> file
 * </pre>
 */
record SandboxTree(Path root, Path sandbox, Path outside) {
    static final String OUTSIDE = "outside";
    static final String INSIDE = "inside";
    static final String AGENT = "S1";
    static final String RUN = "/frameworks/F/executors/t1/runs/run";

    static SandboxTree make(Path directory) {
        try {
            Path root = Files.createDirectories(directory.resolve("data/sandboxes"));
            Path runs = Files.createDirectories(root.resolve("slaves/S1/frameworks/F/executors/t1/runs"));
            Path sandbox = Files.createDirectory(runs.resolve("run"));
            Path outside = Files.createDirectory(directory.resolve("outside"));
            for (Path secret : new Path[] {
                directory.resolve("data/raft/log"),
                directory.resolve("data/agent/log"),
                outside.resolve("file"),
                runs.resolve("other/file")
            }) {
                Files.createDirectories(secret.getParent());
                Files.writeString(secret, OUTSIDE);
            }
            Files.createSymbolicLink(runs.resolve("latest"), Path.of("run"));
            Files.writeString(sandbox.resolve("file"), INSIDE);
            Files.writeString(sandbox.resolve("..file"), INSIDE);
            Files.createDirectory(sandbox.resolve("dir"));
            Files.writeString(sandbox.resolve("dir/file"), INSIDE);
            Files.createSymbolicLink(sandbox.resolve("passwd"), Path.of("/etc/passwd"));
            Files.createSymbolicLink(sandbox.resolve("up"), Path.of(".."));
            Files.createSymbolicLink(sandbox.resolve("raft"), directory.resolve("data/raft"));
            Files.createSymbolicLink(sandbox.resolve("other"), Path.of("../other"));
            Files.createSymbolicLink(sandbox.resolve("absolute"), Path.of("/"));
            Files.createSymbolicLink(sandbox.resolve("dangling"), Path.of("/no/such/file"));
            Files.createSymbolicLink(sandbox.resolve("own"), Path.of("file"));
            return new SandboxTree(root, sandbox, outside);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
