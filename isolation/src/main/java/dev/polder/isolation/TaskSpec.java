package dev.polder.isolation;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What to run.
 *
 * @param program the file to execute: an absolute path, or a name that is looked up in the task's PATH
 * @param arguments the argument vector with its zeroth element, as {@code exec} takes it
 * @param environment all variables the process gets; nothing is inherited
 * @param sandbox the working directory; exists and belongs to the user; {@code stdout} and {@code stderr} are appended to there
 * @param user the account to run as, null for the node's own
 */
public record TaskSpec(
        ContainerId id,
        String program,
        List<String> arguments,
        Map<String, String> environment,
        Path sandbox,
        @Nullable String user) {}
