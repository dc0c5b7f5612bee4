package dev.polder.benchmarks;

import java.nio.file.Path;

/**
 * Where one way to launch has its files, for as long as the whole case runs: a file system may take seconds to get over it
 * when many are deleted, and what comes next would pay for it.
 *
 * @param data for sandboxes and images
 * @param containers for the state of containers; not there yet
 */
record LaunchDirectories(Path data, Path containers) {}
