package dev.polder.isolation;

import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * How a program comes into a running container that an OCI runtime has made, of which its namespaces are only a part. Any
 * thread may ask.
 */
public interface Entrance {
    /**
     * Returns the words of a command that runs a program in the container, with all that the container's own program was
     * given, and ends as it does. They are to be executed once, in the namespaces of the container's init.
     *
     * @param arguments the zeroth is the program, looked up in the container's PATH
     * @param environment beside the container's variables; of two with one name these count
     * @throws IOException if there is no such container any more
     */
    List<String> words(List<String> arguments, Map<String, String> environment) throws IOException;

    /** Does the command join the container's control groups? If not, it is to be in them before. */
    boolean joinsGroups();
}
