package dev.polder.isolation.host;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which isolators a node has.
 *
 * @param wanted those that it has where its host can do them
 * @param required those of the wanted without which it does not start
 */
public record IsolationSettings(Set<IsolatorName> wanted, Set<IsolatorName> required) {
    /** Names of Mesos's isolators that isolate nothing: every node does what they do. */
    private static final Set<String> ALWAYS =
            Set.of("posix/cpu", "posix/mem", "process", "filesystem/posix", "disk/du", "posix/disk");

    private static final Set<IsolatorName> CGROUPS = EnumSet.of(IsolatorName.CGROUPS_CPU, IsolatorName.CGROUPS_MEM);

    /** Mesos's two, neither of which is of use here without the other. */
    private static final Set<IsolatorName> IMAGES =
            EnumSet.of(IsolatorName.FILESYSTEM_LINUX, IsolatorName.DOCKER_RUNTIME);

    /**
     * Copies and checks.
     *
     * @throws IllegalArgumentException if something is required that is not wanted, or one of the two that run images is
     *     wanted without the other
     */
    public IsolationSettings {
        wanted = ordered(wanted);
        required = ordered(required);
        if (!wanted.containsAll(required)) {
            Set<IsolatorName> missing = EnumSet.copyOf(required);
            missing.removeAll(wanted);
            throw new IllegalArgumentException("required and not chosen: " + text(missing));
        }
        if (wanted.stream().anyMatch(IsolatorName::isOfImages) && !wanted.containsAll(IMAGES)) {
            throw new IllegalArgumentException(text(IMAGES) + " run images together, and only one of them is chosen");
        }
    }

    private static Set<IsolatorName> ordered(Set<IsolatorName> names) {
        Set<IsolatorName> ordered = EnumSet.noneOf(IsolatorName.class);
        ordered.addAll(names);
        return Collections.unmodifiableSet(ordered);
    }

    /**
     * Reads what an operator has written.
     *
     * @param isolation {@code auto} for control groups, and images, where the host has what they need, and no namespaces: a
     *     task in these sees another host, which somebody must want; {@code none}; or names of isolators,
     *     separated by commas, which are then required
     * @param required names of isolators which with {@code auto} are required; empty for none
     * @throws IllegalArgumentException if a name is not known or comes twice, in words that name it
     */
    public static IsolationSettings parse(String isolation, String required) {
        Set<IsolatorName> needed = required.isEmpty() ? EnumSet.noneOf(IsolatorName.class) : names(required);
        return switch (requireNonNull(isolation, "isolation")) {
            case "auto" -> {
                Set<IsolatorName> wanted = EnumSet.copyOf(CGROUPS);
                wanted.addAll(IMAGES);
                wanted.addAll(needed);
                yield new IsolationSettings(wanted, needed);
            }
            case "none" -> new IsolationSettings(Set.of(), needed);
            default -> {
                Set<IsolatorName> chosen = names(isolation);
                needed.addAll(chosen);
                yield new IsolationSettings(chosen, needed);
            }
        };
    }

    private static Set<IsolatorName> names(String text) {
        Set<IsolatorName> names = EnumSet.noneOf(IsolatorName.class);
        List<String> words =
                Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (words.indexOf(word) < i) {
                throw new IllegalArgumentException("'" + word + "' comes twice");
            }
            if (word.equals("cgroups")) {
                names.addAll(CGROUPS);
            } else if (!ALWAYS.contains(word)) {
                names.add(IsolatorName.of(word)
                        .orElseThrow(() -> new IllegalArgumentException("'" + word + "' is no isolator; there are "
                                + text(EnumSet.allOf(IsolatorName.class)) + ", or auto, or none")));
            }
        }
        return names;
    }

    /** Returns the names, separated by commas. */
    static String text(Set<IsolatorName> names) {
        return names.stream().map(IsolatorName::toString).collect(Collectors.joining(","));
    }
}
