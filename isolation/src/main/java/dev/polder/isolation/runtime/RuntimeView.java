package dev.polder.isolation.runtime;

import dev.polder.isolation.ShellText;
import dev.polder.isolation.cgroup.CgroupMount;
import dev.polder.isolation.image.UnmountedRoot;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a runtime sees of its host's control groups: where there is version 1, no more than it cannot do without.
 *
 * <p>A runtime makes a group of its own in each hierarchy that it finds, and removes it when the container ends. With it would
 * go what version 1 counts there and nowhere else, such as whom it has killed for want of memory. What it does not
 * find it leaves alone, and the container stays where our groups are.
 */
final class RuntimeView {
    /** Without these runtimes complain, or do not start anything. */
    private static final Set<String> NEEDED = Set.of("devices", "freezer", "cpuset");
    /** Others are left to be seen: the paths are words of a shell. */
    private static final Pattern WORD = Pattern.compile("/[A-Za-z0-9/_.,=-]+");

    private RuntimeView() {}

    /** Returns the mounts that are to be taken away in the runtime's own namespace. */
    static List<Path> hidden(String mountinfo) {
        List<CgroupMount> mounts = CgroupMount.parse(mountinfo);
        if (mounts.stream().allMatch(CgroupMount::unified)) {
            return List.of();
        }
        return mounts.stream()
                .filter(mount -> Collections.disjoint(mount.options(), NEEDED))
                .map(CgroupMount::mountPoint)
                .filter(point -> WORD.matcher(point.toString()).matches())
                .toList();
    }

    /** Returns lines for a shell that take them away and mount the container's tree; they need a mount namespace. */
    static String preparation(List<Path> hidden, UnmountedRoot root) {
        StringBuilder script = new StringBuilder();
        if (!hidden.isEmpty()) {
            script.append("umount");
            hidden.forEach(point -> script.append(' ').append(point));
            script.append('\n');
        }
        if (!root.mount().isEmpty()) {
            script.append("cd ")
                    .append(ShellText.quote(root.directory().toString()))
                    .append(" &&");
            root.mount().forEach(word -> script.append(' ').append(ShellText.quote(word)));
            script.append(" || exit 1\n");
        }
        return script.toString();
    }
}
