package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a launcher is opened with; tests set what a user cannot. */
record LauncherSettings(
        Path directory,
        String nodeName,
        boolean endOrphans,
        TaskListener listener,
        @Nullable LaunchProbe probe,
        HostTools tools,
        Path proc,
        List<String> shell,
        boolean orphanShims,
        String endScript) {

    static LauncherSettings of(Path directory, String nodeName, boolean endOrphans, TaskListener listener) {
        return new LauncherSettings(
                requireNonNull(directory, "directory"),
                requireNonNull(nodeName, "nodeName"),
                endOrphans,
                requireNonNull(listener, "listener"),
                null,
                HostTools.find(),
                Path.of("/proc"),
                List.of("/bin/sh"),
                // a JVM that is process 1 does not reap orphans
                ProcessHandle.current().pid() != 1,
                "");
    }

    LauncherSettings with(LaunchProbe probe) {
        return new LauncherSettings(
                directory, nodeName, endOrphans, listener, probe, tools, proc, shell, orphanShims, endScript);
    }

    LauncherSettings in(Path directory) {
        return new LauncherSettings(
                directory, nodeName, endOrphans, listener, probe, tools, proc, shell, orphanShims, endScript);
    }

    LauncherSettings with(HostTools tools, Path proc) {
        return new LauncherSettings(
                directory, nodeName, endOrphans, listener, probe, tools, proc, shell, orphanShims, endScript);
    }

    LauncherSettings with(List<String> shell, boolean orphanShims) {
        return new LauncherSettings(
                directory, nodeName, endOrphans, listener, probe, tools, proc, shell, orphanShims, endScript);
    }

    /** With orphans what these lines of shell remove goes, too. */
    LauncherSettings withEndScript(String endScript) {
        return new LauncherSettings(
                directory, nodeName, endOrphans, listener, probe, tools, proc, shell, orphanShims, endScript);
    }
}
