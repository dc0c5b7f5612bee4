package dev.polder.isolation.oci;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A rule of a profile, with the containers that it is for.
 *
 * @param rules the same without that; several if the profile has several conditions on one argument, of which one must
 *     hold, as Docker has it
 */
record ProfileRule(List<String> names, List<SeccompRule> rules, Circumstances includes, Circumstances excludes) {
    /**
     * Where a rule is to hold or not.
     *
     * @param architectures any of them, all if there is none
     * @param kernel the oldest, if it matters
     */
    private record Circumstances(List<String> architectures, Set<String> capabilities, Optional<KernelVersion> kernel) {
        static Circumstances parse(JsonValue when) throws JsonException {
            JsonValue version = when.get("minKernel");
            try {
                return new Circumstances(
                        when.get("arches").texts(),
                        Set.copyOf(when.get("caps").texts()),
                        version.isPresent() ? Optional.of(KernelVersion.parse(version.text())) : Optional.empty());
            } catch (IllegalArgumentException e) {
                throw new JsonException(version.place() + ": " + e.getMessage());
            }
        }

        boolean allHold(String architecture, Set<String> having, KernelVersion running) {
            return (architectures.isEmpty() || architectures.contains(architecture))
                    && having.containsAll(capabilities)
                    && kernel.filter(oldest -> running.compareTo(oldest) < 0).isEmpty();
        }

        boolean anyHolds(String architecture, Set<String> having, KernelVersion running) {
            return architectures.contains(architecture)
                    || capabilities.stream().anyMatch(having::contains)
                    || kernel.filter(oldest -> running.compareTo(oldest) >= 0).isPresent();
        }
    }

    static ProfileRule parse(JsonValue rule) throws JsonException {
        List<String> names = names(rule);
        SeccompAction action = SeccompAction.parse(rule.get("action"), rule.get("errnoRet"));
        List<SeccompCondition> conditions = new ArrayList<>();
        Set<Integer> arguments = new HashSet<>();
        for (JsonValue condition : rule.get("args").elements()) {
            conditions.add(SeccompCondition.parse(condition));
            arguments.add(conditions.get(conditions.size() - 1).index());
        }
        List<SeccompRule> rules = arguments.size() == conditions.size()
                ? List.of(new SeccompRule(names, action, conditions))
                : conditions.stream()
                        .map(condition -> new SeccompRule(names, action, List.of(condition)))
                        .toList();
        return new ProfileRule(
                names, rules, Circumstances.parse(rule.get("includes")), Circumstances.parse(rule.get("excludes")));
    }

    private static List<String> names(JsonValue rule) throws JsonException {
        List<String> names = rule.get("names").texts();
        JsonValue name = rule.get("name");
        if (name.isPresent() == !names.isEmpty()) {
            throw new JsonException(rule.place() + " must have either 'names' or 'name'");
        }
        return name.isPresent() ? List.of(name.text()) : names;
    }

    boolean applies(Architecture architecture, Set<String> capabilities, KernelVersion kernel) {
        return includes.allHold(architecture.goName(), capabilities, kernel)
                && !excludes.anyHolds(architecture.goName(), capabilities, kernel);
    }
}
