package dev.polder.isolation.oci;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which system calls a container may make: a profile, resolved for one host and one set of capabilities. Immutable.
 *
 * <p>The first rule without conditions about a call decides, whatever rules with conditions say; so does the library of
 * the runtimes. If only rules with conditions are about it, the first whose conditions hold decides; the library may
 * take another one of them, so a good profile has none that hold at once and differ.
 */
public final class SeccompFilter {
    private final Architecture architecture;
    private final SeccompAction otherwise;
    private final List<SeccompRule> rules;
    /** Of all containers of a node, and long. */
    private final JsonText.Fragment oci;

    private SeccompFilter(
            Architecture architecture, Set<String> architectures, SeccompAction otherwise, List<SeccompRule> rules) {
        this.architecture = architecture;
        this.otherwise = otherwise;
        this.rules = rules;
        oci = JsonText.Fragment.of(toOci(architectures, otherwise, rules));
    }

    /** Takes the rules that say something else than {@code otherwise}, which is what the runtimes do, too. */
    static SeccompFilter of(
            Architecture architecture, Set<String> architectures, SeccompAction otherwise, List<SeccompRule> rules) {
        List<SeccompRule> effective =
                rules.stream().filter(rule -> !rule.action().equals(otherwise)).toList();
        return new SeccompFilter(architecture, architectures, otherwise, effective);
    }

    private static Map<String, List<SeccompRule>> byName(List<SeccompRule> rules) {
        Map<String, List<SeccompRule>> byName = new LinkedHashMap<>();
        for (SeccompRule rule : rules) {
            for (String name : rule.names()) {
                byName.computeIfAbsent(name, call -> new ArrayList<>()).add(rule);
            }
        }
        return byName;
    }

    /** Returns it in the form of an OCI runtime. */
    JsonText.Fragment toOci() {
        return oci;
    }

    private static Map<String, Object> toOci(
            Set<String> architectures, SeccompAction otherwise, List<SeccompRule> rules) {
        Map<String, Object> object = new LinkedHashMap<>();
        otherwise.addTo(object, "defaultAction", "defaultErrnoRet");
        object.put("architectures", architectures);
        object.put("syscalls", rules.stream().map(SeccompRule::toOci).toList());
        return object;
    }

    /**
     * Returns it as a program for the kernel, an array of {@code struct sock_filter}, as {@code bwrap --seccomp} and
     * {@code prctl} take it. It ends a process that makes a call of another architecture, x32 and 32-bit ones included,
     * even where the profile names that architecture. A call that is newer than the table here (Linux 6.1) does not
     * exist, unless the profile allows what it does not name.
     *
     * @throws JsonException if the kernel would not take it, being too long
     */
    public byte[] program() throws JsonException {
        SyscallTable table = SyscallTable.of(architecture);
        List<SyscallDecision> decisions = new ArrayList<>();
        SyscallDecision unnamed = SyscallDecision.of(List.of(), otherwise);
        for (int number = 0; number <= table.newest(); number++) {
            decisions.add(unnamed);
        }
        for (Map.Entry<String, List<SeccompRule>> call : byName(rules).entrySet()) {
            table.number(call.getKey())
                    .ifPresent(number -> decisions.set(number, SyscallDecision.of(call.getValue(), otherwise)));
        }
        return new SeccompCompiler(architecture)
                .compile(decisions, otherwise.allows() ? otherwise : SeccompAction.UNKNOWN_CALL);
    }
}
