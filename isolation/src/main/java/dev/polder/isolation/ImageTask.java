package dev.polder.isolation;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a task runs in the tree of an image. What it leaves open the image says.
 *
 * @param shell whether {@code value} is a line for the image's {@code /bin/sh}
 * @param value that line, or the program; empty for the image's own
 * @param arguments those of the program; with a value of the task's own they begin with the zeroth
 * @param reference the image's full name; empty if the container holds no other
 * @param defaults variables that the task has unless the image, or the task itself, sets them otherwise
 * @param seccomp which system calls it may make
 */
public record ImageTask(
        Optional<String> reference,
        boolean shell,
        Optional<String> value,
        List<String> arguments,
        Map<String, String> defaults,
        SeccompChoice seccomp) {
    /** Where a task in an image finds its sandbox, as in Mesos unless {@code --sandbox_directory} says otherwise. */
    public static final String SANDBOX = "/mnt/mesos/sandbox";

    /** With the usual system calls. */
    public ImageTask(
            Optional<String> reference,
            boolean shell,
            Optional<String> value,
            List<String> arguments,
            Map<String, String> defaults) {
        this(reference, shell, value, arguments, defaults, SeccompChoice.USUAL);
    }

    /** In the only image that the container holds. */
    public ImageTask(boolean shell, Optional<String> value, List<String> arguments, Map<String, String> defaults) {
        this(Optional.empty(), shell, value, arguments, defaults);
    }

    /** Returns the same with other system calls. */
    public ImageTask with(SeccompChoice other) {
        return new ImageTask(reference, shell, value, arguments, defaults, other);
    }

    /** Copies. */
    public ImageTask {
        requireNonNull(reference, "reference");
        requireNonNull(value, "value");
        requireNonNull(seccomp, "seccomp");
        arguments = List.copyOf(arguments);
        defaults = Map.copyOf(defaults);
    }
}
