package dev.polder.wire;

import dev.polder.wire.proto.Mesos.Environment;
import org.jspecify.annotations.Nullable;

/** What a variable must be like so that a process can be given it. */
public final class VariableRules {
    private VariableRules() {}

    /** Returns what is wrong with the first bad one, in words that begin with its name; null if nothing is. */
    public static @Nullable String problem(Environment environment) {
        for (Environment.Variable variable : environment.getVariablesList()) {
            String problem = problem(variable);
            if (problem != null) {
                return "environment variable '" + variable.getName() + "' " + problem;
            }
        }
        return null;
    }

    private static @Nullable String problem(Environment.Variable variable) {
        if (variable.getType() == Environment.Variable.Type.SECRET) {
            return "is a SECRET: secrets are not supported yet";
        }
        if (!variable.hasValue()) {
            return "has no value";
        }
        String name = variable.getName();
        if (name.isEmpty() || name.indexOf('=') >= 0 || name.indexOf('\0') >= 0) {
            return "has no usable name: it must not be empty and not contain '=' or NUL";
        }
        return variable.getValue().indexOf('\0') >= 0 ? "contains NUL" : null;
    }
}
