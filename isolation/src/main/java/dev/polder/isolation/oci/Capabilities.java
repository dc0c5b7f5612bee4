package dev.polder.isolation.oci;

import dev.polder.isolation.Capability;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Which of root's rights a container's processes have, and which they can ever get. Names are as {@code CAP_CHOWN}.
 *
 * @param effective what they have, whoever they run as
 * @param bounding what they can get by a program with rights of its own; has all of {@code effective}
 */
public record Capabilities(Set<String> effective, Set<String> bounding) {
    /** All that Linux 6.1 knows. */
    static final Set<String> KNOWN = names(EnumSet.allOf(Capability.class));

    private static final Set<String> USUAL = names(EnumSet.of(
            Capability.CHOWN,
            Capability.DAC_OVERRIDE,
            Capability.FSETID,
            Capability.FOWNER,
            Capability.MKNOD,
            Capability.NET_RAW,
            Capability.SETGID,
            Capability.SETUID,
            Capability.SETFCAP,
            Capability.SETPCAP,
            Capability.NET_BIND_SERVICE,
            Capability.SYS_CHROOT,
            Capability.KILL,
            Capability.AUDIT_WRITE));

    /** Copies, refuses names that no kernel knows, and rights that the bounding set does not have. */
    public Capabilities {
        effective = known(effective);
        bounding = known(bounding);
        if (!bounding.containsAll(effective)) {
            throw new IllegalArgumentException("effective " + effective + " is more than bounding " + bounding);
        }
    }

    private static Set<String> names(Set<Capability> these) {
        return these.stream().map(Capability::kernelName).collect(Collectors.toUnmodifiableSet());
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

    /** Returns these, in bounds. */
    public static Capabilities of(Set<Capability> effective, Set<Capability> bounding) {
        return new Capabilities(names(effective), names(bounding));
    }

    /** Returns those that Docker gives to a container's root, as far as they are within a bound. */
    public static Capabilities usualWithin(Set<Capability> bounding) {
        Set<String> within = new TreeSet<>(USUAL);
        within.retainAll(names(bounding));
        return new Capabilities(within, names(bounding));
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
