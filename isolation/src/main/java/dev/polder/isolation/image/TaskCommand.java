package dev.polder.isolation.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a task says of its command, as Mesos's {@code CommandInfo} has it.
 *
 * @param shell whether {@code value} is a line for {@code /bin/sh}
 * @param value that line, or the program; absent for the image's own
 * @param arguments those of the program; with a value of the task's own they begin with the zeroth
 */
public record TaskCommand(boolean shell, Optional<String> value, List<String> arguments) {
    /** Copies. */
    public TaskCommand {
        arguments = List.copyOf(arguments);
    }

    /**
     * A program and its whole argument vector.
     *
     * @param arguments with the zeroth
     */
    public record Invocation(String program, List<String> arguments) {
        /** Copies. */
        public Invocation {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * Says what to execute.
     *
     * <pre>
     *  task                    image: nothing      Cmd          Entrypoint          both
     *  nothing                        refused      Cmd          Entrypoint          Entrypoint Cmd
     *  arguments                      refused      Cmd[0] args  Entrypoint args     Entrypoint args
     *  value                          value        value        value               value
     *  value, arguments               value args   value args   value args          value args
     *  shell without value            refused
     *  shell with value               /bin/sh -c value, whatever else there is
     * </pre>
     *
     * @throws ImageException if neither the task nor the image has a program, or a shell gets no line
     */
    public Invocation in(ImageConfig image) throws ImageException {
        if (shell) {
            if (value.isEmpty()) {
                throw new ImageException("the command is for a shell and has no value");
            }
            return new Invocation("/bin/sh", List.of("sh", "-c", value.get()));
        }
        if (value.isPresent()) {
            return new Invocation(value.get(), arguments.isEmpty() ? List.of(value.get()) : arguments);
        }
        List<String> whole = new ArrayList<>(image.entrypoint());
        if (!arguments.isEmpty()) {
            if (whole.isEmpty() && !image.command().isEmpty()) {
                whole.add(image.command().get(0));
            }
            if (!whole.isEmpty()) {
                whole.addAll(arguments);
            }
        } else {
            whole.addAll(image.command());
        }
        if (whole.isEmpty()) {
            throw new ImageException("neither the command nor the image says which program to execute");
        }
        return new Invocation(whole.get(0), whole);
    }
}
