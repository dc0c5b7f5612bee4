package dev.polder.isolation.oci;

import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of one system call.
 *
 * @param branches tried one after the other
 * @param otherwise if none of them holds
 */
record SyscallDecision(List<Branch> branches, SeccompAction otherwise) {
    /** What becomes of the call if all conditions hold. */
    record Branch(List<SeccompCondition> conditions, SeccompAction action) {}

    /** Puts the rules about one call together; the first one without conditions decides. */
    static SyscallDecision of(List<SeccompRule> rules, SeccompAction otherwise) {
        List<Branch> branches = new ArrayList<>();
        for (SeccompRule rule : rules) {
            if (rule.isUnconditional()) {
                return new SyscallDecision(List.of(), rule.action());
            }
            branches.add(new Branch(rule.conditions(), rule.action()));
        }
        return new SyscallDecision(List.copyOf(branches), otherwise);
    }
}
