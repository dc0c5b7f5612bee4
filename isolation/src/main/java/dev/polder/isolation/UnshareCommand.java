package dev.polder.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** How {@code unshare} of util-linux is told what a process shall have for itself. */
final class UnshareCommand {
    private UnshareCommand() {}

    /** Returns the words that come before the program and its arguments. */
    static List<String> words(Path unshare, Set<Namespace> namespaces) {
        return words(unshare, namespaces, false);
    }

    /**
     * Returns the words that come before the program and its arguments.
     *
     * @param receivesMounts what is mounted on the host later appears there, too; no other way round
     */
    static List<String> words(Path unshare, Set<Namespace> namespaces, boolean receivesMounts) {
        List<String> words = new ArrayList<>();
        words.add(unshare.toString());
        namespaces.forEach(each -> words.add(each.option()));
        words.add("--kill-child");
        if (receivesMounts) {
            words.addAll(List.of("--propagation", "slave"));
        }
        if (namespaces.contains(Namespace.PID)) {
            words.add("--mount-proc");
        }
        if (namespaces.contains(Namespace.USER)) {
            words.add("--map-current-user");
        }
        words.add("--");
        return words;
    }
}
