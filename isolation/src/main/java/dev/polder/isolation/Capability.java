package dev.polder.isolation;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** A part of root's rights, as Linux 6.1 divides them; named as in capabilities(7) and by Mesos, without {@code CAP_}. */
@SuppressWarnings("MissingSummary") // what each of them permits is said there
public enum Capability {
    CHOWN,
    DAC_OVERRIDE,
    DAC_READ_SEARCH,
    FOWNER,
    FSETID,
    KILL,
    SETGID,
    SETUID,
    SETPCAP,
    LINUX_IMMUTABLE,
    NET_BIND_SERVICE,
    NET_BROADCAST,
    NET_ADMIN,
    NET_RAW,
    IPC_LOCK,
    IPC_OWNER,
    SYS_MODULE,
    SYS_RAWIO,
    SYS_CHROOT,
    SYS_PTRACE,
    SYS_PACCT,
    SYS_ADMIN,
    SYS_BOOT,
    SYS_NICE,
    SYS_RESOURCE,
    SYS_TIME,
    SYS_TTY_CONFIG,
    MKNOD,
    LEASE,
    AUDIT_WRITE,
    AUDIT_CONTROL,
    SETFCAP,
    MAC_OVERRIDE,
    MAC_ADMIN,
    SYSLOG,
    WAKE_ALARM,
    BLOCK_SUSPEND,
    AUDIT_READ,
    PERFMON,
    BPF,
    CHECKPOINT_RESTORE;

    /** Returns it as the kernel names it, {@code CAP_CHOWN}. */
    public String kernelName() {
        return "CAP_" + name();
    }

    /** Returns it as {@code setpriv} names it, {@code chown}. */
    String toolName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Returns the capability of a name, {@code NET_RAW}.
     *
     * @throws IllegalArgumentException if there is none, in words
     */
    public static Capability of(String name) {
        for (Capability each : values()) {
            if (each.name().equals(name)) {
                return each;
            }
        }
        throw new IllegalArgumentException("'" + name + "' is no capability; NET_RAW is one");
    }

    /** Returns an unmodifiable copy in the kernel's order. */
    static Set<Capability> ordered(Collection<Capability> these) {
        Set<Capability> ordered = EnumSet.noneOf(Capability.class);
        ordered.addAll(these);
        return Collections.unmodifiableSet(ordered);
    }
}
