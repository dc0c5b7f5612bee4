package dev.polder.isolation.oci;

import java.util.Arrays;

/** A processor whose system calls are known here. */
public enum Architecture {
    /** 64-bit Intel and AMD; not x32, which shares its number with it. */
    X86_64(0xC000_003E, "SCMP_ARCH_X86_64", "amd64", "amd64"),
    /** 64-bit ARM, little endian. */
    AARCH64(0xC000_00B7, "SCMP_ARCH_AARCH64", "arm64", "aarch64");

    private final int auditNumber;
    private final String seccompName;
    private final String goName;
    private final String javaName;

    Architecture(int auditNumber, String seccompName, String goName, String javaName) {
        this.auditNumber = auditNumber;
        this.seccompName = seccompName;
        this.goName = goName;
        this.javaName = javaName;
    }

    /**
     * Returns the one that this JVM runs on.
     *
     * @throws IllegalStateException if its system calls are not known here
     */
    public static Architecture here() {
        String name = System.getProperty("os.arch");
        return Arrays.stream(values())
                .filter(architecture -> architecture.javaName.equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the system calls of " + name + " are not known"));
    }

    /** Returns what the kernel tells a filter. */
    int auditNumber() {
        return auditNumber;
    }

    /** Returns its name in profiles' {@code archMap} and in an OCI configuration. */
    String seccompName() {
        return seccompName;
    }

    /** Returns its name in the conditions of profiles. */
    String goName() {
        return goName;
    }
}
