package dev.polder.isolation.oci;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which of root's rights a container's processes have, and which they can ever get. Names are as {@code CAP_CHOWN}.
 *
 * @param effective what they have, whoever they run as
 * @param bounding what they can get by a program with rights of its own; has all of {@code effective}
 */
public record Capabilities(Set<String> effective, Set<String> bounding) {
    /** All that Linux 6.1 knows. */
    static final Set<String> KNOWN =
            named("CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE"
                    + " NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO"
                    + " SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME"
                    + " SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG"
                    + " WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE");

    private static final Set<String> USUAL =
            named("CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE"
                    + " SYS_CHROOT KILL AUDIT_WRITE");

    /** Copies, refuses names that no kernel knows, and rights that the bounding set does not have. */
    public Capabilities {
        effective = known(effective);
        bounding = known(bounding);
        if (!bounding.containsAll(effective)) {
            throw new IllegalArgumentException("effective " + effective + " is more than bounding " + bounding);
        }
    }

    private static Set<String> named(String names) {
        Set<String> set = new TreeSet<>();
        for (String name : names.split(" ", -1)) {
            set.add("CAP_" + name);
        }
        return Collections.unmodifiableSet(set);
    }

    private static Set<String> known(Set<String> names) {
        for (String name : names) {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException("'" + name + "' is no capability");
            }
        }
        return Collections.unmodifiableSet(new TreeSet<>(names));
    }

    /** None, and no way to get any. */
    public static Capabilities none() {
        return new Capabilities(Set.of(), Set.of());
    }

    /** Those that Docker gives to a container's root. */
    public static Capabilities usual() {
        return new Capabilities(USUAL, USUAL);
    }

    /** All, as for a privileged container. */
    public static Capabilities all() {
        return new Capabilities(KNOWN, KNOWN);
    }

    /** Returns it in the form of an OCI runtime; what is not root's keeps its rights only if they are ambient. */
    Map<String, Object> toOci(boolean root) {
        Set<String> kept = root ? Set.of() : effective;
        return Map.of(
                "bounding", bounding,
                "effective", effective,
                "permitted", effective,
                "inheritable", kept,
                "ambient", kept);
    }
}
