package dev.polder.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out what tasks of this host can be given or denied, by doing so to a process that ends at once. */
public final class PrivilegeProbe {
    private PrivilegeProbe() {}

    /** Returns why no rights of root can be taken from tasks or given to them; empty if they can. */
    public static String refusalOfCapabilities() {
        return refusalOfRights(Privileges.USUAL.withCapabilities(Optional.of(Set.of()), Optional.of(Set.of())));
    }

    /** Returns why tasks cannot be kept from getting more rights; empty if they can. */
    public static String refusalOfNoNewPrivileges() {
        return refusalOfRights(Privileges.USUAL.withNoNewPrivileges());
    }

    /** Returns why processes of tasks cannot be limited; empty if they can. */
    public static String refusalOfRlimits() {
        Path prlimit = HostTools.find().prlimit();
        return refusal(
                "prlimit",
                prlimit == null ? null : PrivilegeCommands.prlimit(prlimit, List.of(new Rlimit("RLIMIT_CORE", 0, 0))));
    }

    private static String refusalOfRights(Privileges privileges) {
        Path setpriv = HostTools.find().setpriv();
        return refusal("setpriv", setpriv == null ? null : PrivilegeCommands.setpriv(setpriv, null, privileges));
    }

    private static String refusal(String program, @Nullable List<String> words) {
        if (words == null) {
            return "there is no program " + program;
        }
        List<String> command = new ArrayList<>(words);
        command.addAll(List.of("/bin/sh", "-c", ":"));
        return Trial.refusal(command);
    }
}
