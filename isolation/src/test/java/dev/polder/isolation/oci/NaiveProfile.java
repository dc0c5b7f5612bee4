package dev.polder.isolation.oci;

import dev.polder.isolation.json.JsonText;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;

/** A profile as its format's description reads, evaluated rule by rule, without a thought for speed. */
record NaiveProfile(String otherwise, List<Rule> rules) {
    /** Calls of the tests with their numbers on x86-64 and on aarch64, -1 for none. */
    static final Map<String, List<Integer>> CALLS = Map.of(
            "read", List.of(0, 63),
            "write", List.of(1, 64),
            "open", List.of(2, -1),
            "close", List.of(3, 57),
            "clone", List.of(56, 220),
            "personality", List.of(135, 92),
            "openat", List.of(257, 56),
            "clone3", List.of(435, 435));

    static final int ENOSYS = 0x0005_0026;
    static final int KILL_PROCESS = 0x8000_0000;

    record Rule(
            List<String> names, String action, int errno, List<Condition> conditions, When includes, When excludes) {}

    record Condition(int index, String operator, BigInteger value, BigInteger valueTwo) {
        boolean holds(long[] arguments) {
            BigInteger argument = new BigInteger(Long.toUnsignedString(arguments[index]));
            int compared = argument.compareTo(value);
            return switch (operator) {
                case "EQ" -> compared == 0;
                case "NE" -> compared != 0;
                case "LT" -> compared < 0;
                case "LE" -> compared <= 0;
                case "GT" -> compared > 0;
                case "GE" -> compared >= 0;
                default -> argument.and(value).equals(valueTwo);
            };
        }
    }

    record When(List<String> arches, List<String> caps, int kernelMinor) {}

    byte[] json() {
        List<Object> calls = new ArrayList<>();
        for (Rule rule : rules) {
            Map<String, Object> call = new LinkedHashMap<>();
            call.put("names", rule.names());
            call.put("action", "SCMP_ACT_" + rule.action());
            call.put("errnoRet", rule.errno());
            List<Object> arguments = new ArrayList<>();
            for (Condition condition : rule.conditions()) {
                arguments.add(Map.of(
                        "index", condition.index(),
                        "op", "SCMP_CMP_" + condition.operator(),
                        "value", condition.value(),
                        "valueTwo", condition.valueTwo()));
            }
            call.put("args", arguments);
            call.put("includes", when(rule.includes()));
            call.put("excludes", when(rule.excludes()));
            calls.add(call);
        }
        return JsonText.write(
                Map.of("defaultAction", "SCMP_ACT_" + otherwise, "defaultErrnoRet", 1, "syscalls", calls));
    }

    private static Map<String, Object> when(When when) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("arches", when.arches());
        object.put("caps", when.caps());
        if (when.kernelMinor() > 0) {
            object.put("minKernel", "5." + when.kernelMinor());
        }
        return object;
    }

    private static boolean applies(Rule rule, String arch, Set<String> caps, int kernelMinor) {
        When in = rule.includes();
        When out = rule.excludes();
        if (out.arches().contains(arch) || out.caps().stream().anyMatch(caps::contains)) {
            return false;
        }
        if (out.kernelMinor() > 0 && kernelMinor >= out.kernelMinor()) {
            return false;
        }
        return (in.arches().isEmpty() || in.arches().contains(arch))
                && caps.containsAll(in.caps())
                && kernelMinor >= in.kernelMinor();
    }

    /** Returns the rules about a call that say something else than the default. */
    private List<Rule> about(String name, String arch, Set<String> caps, int kernelMinor) {
        return rules.stream()
                .filter(rule -> rule.names().contains(name))
                .filter(rule -> applies(rule, arch, caps, kernelMinor))
                .filter(rule -> returned(rule.action(), rule.errno()) != returned(otherwise, 1))
                .toList();
    }

    int evaluate(String arch, Set<String> caps, int kernelMinor, int number, long[] arguments) {
        boolean intel = arch.equals("amd64");
        if (intel && ((number < 0 && number != -1) || number >= 0x4000_0000)) {
            return KILL_PROCESS;
        }
        if (number < 0 || number > 450) {
            return otherwise.equals("ALLOW") || otherwise.equals("LOG") ? returned(otherwise, 1) : ENOSYS;
        }
        for (Map.Entry<String, List<Integer>> call : CALLS.entrySet()) {
            if (Objects.equals(call.getValue().get(intel ? 0 : 1), number)) {
                return matching(about(call.getKey(), arch, caps, kernelMinor), arguments)
                        .orElse(returned(otherwise, 1));
            }
        }
        return returned(otherwise, 1);
    }

    private static OptionalInt matching(List<Rule> rules, long[] arguments) {
        for (Rule rule : rules) {
            if (rule.conditions().isEmpty()) {
                return OptionalInt.of(returned(rule.action(), rule.errno()));
            }
        }
        for (Rule rule : rules) {
            long about =
                    rule.conditions().stream().map(Condition::index).distinct().count();
            boolean oneIsEnough = about < rule.conditions().size();
            boolean holds = oneIsEnough
                    ? rule.conditions().stream().anyMatch(condition -> condition.holds(arguments))
                    : rule.conditions().stream().allMatch(condition -> condition.holds(arguments));
            if (holds) {
                return OptionalInt.of(returned(rule.action(), rule.errno()));
            }
        }
        return OptionalInt.empty();
    }

    static int returned(String action, int errno) {
        return switch (action) {
            case "ALLOW" -> 0x7FFF_0000;
            case "LOG" -> 0x7FFC_0000;
            case "TRACE" -> 0x7FF0_0000 | errno;
            case "ERRNO" -> 0x0005_0000 | errno;
            case "TRAP" -> 0x0003_0000;
            case "KILL_PROCESS" -> KILL_PROCESS;
            default -> 0;
        };
    }
}
