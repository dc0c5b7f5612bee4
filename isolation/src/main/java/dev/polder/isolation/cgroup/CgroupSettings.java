package dev.polder.isolation.cgroup;

import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which control groups to use and where.
 *
 * @param name tells nodes of one host apart: all groups are made below {@code polder-NAME} in the own group of this JVM
 * @param wanted the controllers to use, as far as they are available; each costs a group, and with it time, in every
 *     launch, unless it shares a hierarchy with another; {@link Controller#FREEZER} is always among them
 * @param moveOwnProcess true: where version 2 refuses to enable a controller because processes are in the own group,
 *     this JVM is moved to a group {@code polder-NAME/node} below it, and stays there
 * @param proc where {@code self/mountinfo} and {@code self/cgroup} are
 */
public record CgroupSettings(String name, Set<Controller> wanted, boolean moveOwnProcess, Path proc) {
    /** The longest name, in characters. */
    public static final int NAME_LENGTH_MAX = 64;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if the name is too long, empty, or has other characters than letters, digits,
     *     {@code . _ -}, or does not begin with a letter or digit
     */
    public CgroupSettings {
        if (name.length() > NAME_LENGTH_MAX) {
            throw new IllegalArgumentException(
                    "name is too long: " + name.length() + " > nameLengthMax=" + NAME_LENGTH_MAX);
        }
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name '" + name + "' is not " + NAME.pattern());
        }
        Set<Controller> all = EnumSet.of(Controller.FREEZER);
        all.addAll(wanted);
        wanted = Set.copyOf(all);
        if (!proc.isAbsolute()) {
            throw new IllegalArgumentException("proc " + proc + " is not absolute");
        }
    }

    /** All controllers, and this JVM stays where it is. */
    public static CgroupSettings of(String name) {
        return new CgroupSettings(name, EnumSet.allOf(Controller.class), false, Path.of("/proc"));
    }

    /** These controllers only. */
    public CgroupSettings withWanted(Set<Controller> controllers) {
        return new CgroupSettings(name, controllers, moveOwnProcess, proc);
    }

    /** This JVM is moved where version 2 needs it. */
    public CgroupSettings withMoveOwnProcess() {
        return new CgroupSettings(name, wanted, true, proc);
    }

    /** Another directory than {@code /proc}. */
    public CgroupSettings withProc(Path directory) {
        return new CgroupSettings(name, wanted, moveOwnProcess, directory);
    }

    String rootName() {
        return "polder-" + name;
    }
}
