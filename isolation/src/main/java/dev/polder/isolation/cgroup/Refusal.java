package dev.polder.isolation.cgroup;

/**
 * A limit that an update could not set; what held before holds.
 *
 * @param file the control file that stands for the limit
 * @param value what it was not set to
 */
public record Refusal(Controller controller, String file, String value, String why) {
    @Override
    public String toString() {
        return file + " is not set to " + value + ": " + why;
    }
}
