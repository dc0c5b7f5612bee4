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
 */
public record ImageTask(
        Optional<String> reference,
        boolean shell,
        Optional<String> value,
        List<String> arguments,
        Map<String, String> defaults) {
    /** Where a task in an image finds its sandbox, as in Mesos unless {@code --sandbox_directory} says otherwise. */
    public static final String SANDBOX = "/mnt/mesos/sandbox";

    /** In the only image that the container holds. */
    public ImageTask(boolean shell, Optional<String> value, List<String> arguments, Map<String, String> defaults) {
        this(Optional.empty(), shell, value, arguments, defaults);
    }

    /** Copies. */
    public ImageTask {
        requireNonNull(reference, "reference");
        requireNonNull(value, "value");
        arguments = List.copyOf(arguments);
        defaults = Map.copyOf(defaults);
    }
}
