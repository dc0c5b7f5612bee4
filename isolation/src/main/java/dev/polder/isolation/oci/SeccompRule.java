package dev.polder.isolation.oci;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What becomes of some system calls, if all conditions hold, of which no two are about the same argument.
 *
 * @param names in the profile's order
 * @param conditions none if it is about every call of these names
 */
record SeccompRule(List<String> names, SeccompAction action, List<SeccompCondition> conditions) {
    SeccompRule {
        names = List.copyOf(names);
        conditions = List.copyOf(conditions);
    }

    boolean isUnconditional() {
        return conditions.isEmpty();
    }

    /** Returns it in the form of an OCI runtime. */
    Map<String, Object> toOci() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("names", names);
        action.addTo(object, "action", "errnoRet");
        if (!isUnconditional()) {
            object.put("args", conditions.stream().map(SeccompCondition::toOci).toList());
        }
        return object;
    }
}
