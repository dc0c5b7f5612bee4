package dev.polder.raft.chaos;

import java.util.Map;

/**
 * A call on registers, as its client saw it: if all conditions hold all writes are done, at one moment between start and
 * end; then some registers are read at the same moment. {@link #NOTHING} stands for a register that is not there. No two
 * calls write the same value.
 *
 * @param endNanos when it was answered; {@link #NEVER} if it was not: then it was carried out once, or never
 * @param conditions what registers must hold
 * @param writes what registers hold afterwards; nothing deletes them, under the condition that they hold something known
 * @param held whether the answer says that the conditions held
 * @param seen what the answer says that registers hold after the call
 * @param revision of the moment, as the answer has it; 0 if it has none
 */
record RegisterCall(
        String client,
        long startNanos,
        long endNanos,
        Map<String, String> conditions,
        Map<String, String> writes,
        boolean held,
        Map<String, Seen> seen,
        long revision) {
    static final long NEVER = Long.MAX_VALUE;
    static final String NOTHING = "";

    /**
     * What a register was said to hold.
     *
     * @param writtenAt the revision that wrote it, 0 for nothing
     */
    record Seen(String value, long writtenAt) {}

    boolean isAnswered() {
        return endNanos != NEVER;
    }

    /** Returns whether it is known to have written something: to delete what was not there is nothing. */
    boolean hasWritten() {
        return isAnswered()
                && held
                && writes.entrySet().stream()
                        .anyMatch(write -> !write.getValue().isEmpty()
                                || !conditions
                                        .getOrDefault(write.getKey(), NOTHING)
                                        .isEmpty());
    }

    /** Returns the same without what it saw: its moment alone. */
    RegisterCall withoutSeen() {
        return new RegisterCall(client, startNanos, endNanos, conditions, Map.of(), held, Map.of(), revision);
    }
}
