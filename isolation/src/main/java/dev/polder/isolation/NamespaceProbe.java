package dev.polder.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Finds out which namespaces tasks of this host can be given, by giving them to a process that ends at once. */
public final class NamespaceProbe {
    private final @Nullable Path unshare;

    private NamespaceProbe(@Nullable Path unshare) {
        this.unshare = unshare;
    }

    /**
     * Tries all together, and one after the other where that is refused. Blocks for some milliseconds a try.
     *
     * @return those that cannot be given, with what this host says
     */
    public static Map<Namespace, String> refusals(Set<Namespace> wanted) {
        return new NamespaceProbe(HostTools.find().unshare()).tryAll(wanted);
    }

    private Map<Namespace, String> tryAll(Set<Namespace> wanted) {
        Map<Namespace, String> refusals = new EnumMap<>(Namespace.class);
        if (wanted.isEmpty() || refusal(wanted).isEmpty()) {
            return refusals;
        }
        for (Namespace each : wanted) {
            String refusal = refusal(EnumSet.of(each));
            if (!refusal.isEmpty()) {
                refusals.put(each, refusal);
            }
        }
        return refusals;
    }

    /** Returns why not, empty if nothing speaks against it. */
    private String refusal(Set<Namespace> namespaces) {
        if (unshare == null) {
            return "there is no program unshare";
        }
        List<String> command = new ArrayList<>(UnshareCommand.words(unshare, namespaces));
        command.addAll(List.of("/bin/sh", "-c", ":"));
        return Trial.refusal(command);
    }
}
