package dev.polder.isolation.oci;

import static java.util.Objects.requireNonNull;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A profile of system calls in the format that Docker, Mesos and others read: what is allowed depends on the
 * architecture, the kernel and the capabilities of the container. Immutable.
 *
 * <p>What it cannot do: {@code SCMP_ACT_NOTIFY}, which needs a listener, and flags, are refused.
 */
public final class SeccompProfile {
    /** The longest document that is read. */
    public static final int BYTES_MAX = 1 << 20;

    private static final int RULES_MAX = 4096;
    private static final int NAMES_MAX = 8192;

    private final List<String> architectures;
    private final List<Foreign> foreign;
    private final SeccompAction otherwise;
    private final List<ProfileRule> rules;

    private SeccompProfile(
            List<String> architectures, List<Foreign> foreign, SeccompAction otherwise, List<ProfileRule> rules) {
        this.architectures = architectures;
        this.foreign = foreign;
        this.otherwise = otherwise;
        this.rules = rules;
    }

    /** What else runs on an architecture, such as 32-bit programs. */
    private record Foreign(String architecture, List<String> others) {}

    /**
     * Reads a profile.
     *
     * @param what names it in errors
     * @throws JsonException if it is no profile, or one that cannot be kept, with the place
     */
    public static SeccompProfile parse(byte[] document, String what) throws JsonException {
        if (document.length > BYTES_MAX) {
            throw new JsonException(what + " has " + document.length + " bytes > BYTES_MAX=" + BYTES_MAX);
        }
        JsonValue profile = JsonValue.parse(document, what);
        for (String refused : List.of("flags", "listenerPath", "listenerMetadata")) {
            if (profile.get(refused).isPresent()) {
                throw new JsonException(profile.get(refused).place() + " is not supported");
            }
        }
        List<String> architectures = profile.get("architectures").texts();
        List<Foreign> foreign = new ArrayList<>();
        for (JsonValue entry : profile.get("archMap").elements()) {
            foreign.add(new Foreign(
                    entry.get("architecture").text(),
                    entry.get("subArchitectures").texts()));
        }
        if (!architectures.isEmpty() && !foreign.isEmpty()) {
            throw new JsonException(what + " has both 'architectures' and 'archMap'");
        }
        return new SeccompProfile(
                architectures,
                foreign,
                SeccompAction.parse(profile.get("defaultAction"), profile.get("defaultErrnoRet")),
                rules(profile.get("syscalls")));
    }

    private static List<ProfileRule> rules(JsonValue calls) throws JsonException {
        List<ProfileRule> rules = new ArrayList<>();
        int names = 0;
        for (JsonValue call : calls.elements()) {
            ProfileRule rule = ProfileRule.parse(call);
            rules.add(rule);
            names += rule.names().size();
            if (rules.size() > RULES_MAX || names > NAMES_MAX) {
                throw new JsonException(calls.place() + " has more than RULES_MAX=" + RULES_MAX + " rules or NAMES_MAX="
                        + NAMES_MAX + " names");
            }
        }
        return rules;
    }

    /**
     * Returns what the profile means for a container.
     *
     * @param capabilities of its bounding set, as {@code CAP_CHOWN}
     * @throws JsonException if the profile is not for the architecture
     */
    public SeccompFilter filter(Architecture architecture, Set<String> capabilities, KernelVersion kernel)
            throws JsonException {
        requireNonNull(kernel, "kernel");
        Set<String> bounding = Set.copyOf(capabilities);
        List<SeccompRule> applicable = new ArrayList<>();
        for (ProfileRule rule : rules) {
            if (rule.applies(architecture, bounding, kernel)) {
                applicable.addAll(rule.rules());
            }
        }
        return SeccompFilter.of(architecture, architectures(architecture), otherwise, applicable);
    }

    private Set<String> architectures(Architecture kept) throws JsonException {
        Set<String> found = new TreeSet<>();
        found.add(kept.seccompName());
        if (!architectures.isEmpty() && !architectures.contains(kept.seccompName())) {
            throw new JsonException("the profile is for " + architectures + ", not for " + kept.seccompName());
        }
        found.addAll(architectures);
        for (Foreign entry : foreign) {
            if (entry.architecture().equals(kept.seccompName())) {
                found.addAll(entry.others());
            }
        }
        return found;
    }
}
