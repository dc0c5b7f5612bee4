package dev.polder.isolation.cgroup;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sets the memory limits of a group whose processes run; never below what they use.
 *
 * <p>Version 1 keeps the limit of memory at or below that of memory and swap, and refuses a step that breaks this; a
 * limit below the usage it refuses if it cannot take enough back. Version 2 sets any limit and kills until it holds,
 * so that there we look first.
 */
final class MemoryUpdate {
    private final ControlFiles files;
    private final Path group;
    private final StatBytes stat;
    private final List<Refusal> refusals = new ArrayList<>();

    MemoryUpdate(ControlFiles files, Path group) {
        this.files = files;
        this.group = group;
        this.stat = new StatBytes(files);
    }

    /** Sets what can be set, and returns what could not. */
    List<Refusal> apply(MemoryLimits limits, boolean unified) {
        if (unified) {
            applyV2(limits);
        } else {
            applyV1(limits);
        }
        return refusals;
    }

    private void applyV1(MemoryLimits limits) {
        set(V1Limits.SOFT, text(limits.softBytes(), V1Limits.NONE));
        String hard = text(limits.hardBytes(), V1Limits.NONE);
        String both = text(limits.memoryAndSwapBytes(), V1Limits.NONE);
        if (!files.exists(group.resolve(V1Limits.SWAP))) {
            if (limits.swapBytes() != null) {
                refuse(V1Limits.SWAP, both, "the kernel does not count swap");
            }
            set(V1Limits.HARD, hard);
        } else if (limits.hardBytes() == null || limits.hardBytes() > number(V1Limits.SWAP)) {
            if (set(V1Limits.SWAP, both)) {
                set(V1Limits.HARD, hard);
            }
        } else if (set(V1Limits.HARD, hard)) {
            set(V1Limits.SWAP, both);
        }
    }

    private void applyV2(MemoryLimits limits) {
        set(V2Limits.SOFT, text(limits.softBytes(), "0"));
        if (limits.hardBytes() == null || makeRoom(limits.hardBytes())) {
            set(V2Limits.HARD, text(limits.hardBytes(), V2Limits.NONE));
        } else {
            refuse(V2Limits.HARD, limits.hardBytes().toString(), used("memory.current"));
        }
        if (limits.swapBytes() != null || files.exists(group.resolve(V2Limits.SWAP))) {
            set(V2Limits.SWAP, text(limits.swapBytes(), V2Limits.NONE));
        }
    }

    /** Takes page cache back, as version 1 does when a limit is lowered. Returns whether the usage is below then. */
    private boolean makeRoom(long bytes) {
        long excess = number("memory.current") - bytes;
        if (excess <= 0) {
            return true;
        }
        try {
            files.write(group.resolve("memory.reclaim"), Long.toString(excess));
        } catch (IOException tooLittleOrOldKernel) {
            // the usage tells
        }
        return number("memory.current") <= bytes;
    }

    private static String text(@Nullable Long bytes, String none) {
        return bytes == null ? none : bytes.toString();
    }

    /** Returns whether it was set. */
    private boolean set(String file, String value) {
        try {
            files.write(group.resolve(file), value);
            return true;
        } catch (IOException e) {
            String why = ControlFiles.reason(e);
            refuse(file, value, file.equals(V1Limits.HARD) ? why + ": " + used("memory.usage_in_bytes") : why);
            return false;
        }
    }

    private String used(String usageFile) {
        return number(usageFile) + " bytes are in use";
    }

    private void refuse(String file, String value, String why) {
        refusals.add(new Refusal(Controller.MEMORY, file, value, why));
    }

    /** Returns 0 if it cannot be read: then the write that follows says why. */
    private long number(String file) {
        try {
            return stat.first(group.resolve(file));
        } catch (IOException e) {
            return 0;
        }
    }
}
