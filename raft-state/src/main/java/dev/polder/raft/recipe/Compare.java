package dev.polder.raft.recipe;

/**
 * A condition on one key. A key that is not there has 0 for every number, and no value: no condition on its value holds.
 *
 * @param key whose it is
 * @param target what of it is compared
 * @param relation how it must stand to the operand
 * @param number the operand, unless the target is {@link Target#VALUE}
 * @param value the operand if the target is {@link Target#VALUE}, else empty
 */
public record Compare(String key, Target target, Relation relation, long number, Value value) {
    /** What is compared. */
    public enum Target {
        /** {@link KeyEntry#createRevision()}. */
        CREATE_REVISION,
        /** {@link KeyEntry#modRevision()}. */
        MOD_REVISION,
        /** {@link KeyEntry#version()}. */
        VERSION,
        /** {@link KeyEntry#lease()}. */
        LEASE,
        /** {@link KeyEntry#value()}, in the order of unsigned bytes. */
        VALUE
    }

    /** How it must stand to the operand. */
    public enum Relation {
        /** The same. */
        EQUAL,
        /** Another. */
        NOT_EQUAL,
        /** Less than the operand. */
        LESS,
        /** More than the operand. */
        GREATER;

        boolean holds(int comparison) {
            return switch (this) {
                case EQUAL -> comparison == 0;
                case NOT_EQUAL -> comparison != 0;
                case LESS -> comparison < 0;
                case GREATER -> comparison > 0;
            };
        }
    }

    /**
     * Checks the key.
     *
     * @throws IllegalArgumentException if it cannot be a key
     */
    public Compare {
        Keys.check(key);
    }

    /** The key is not there. */
    public static Compare absent(String key) {
        return new Compare(key, Target.VERSION, Relation.EQUAL, 0, Value.EMPTY);
    }

    /** The key is there. */
    public static Compare present(String key) {
        return new Compare(key, Target.VERSION, Relation.GREATER, 0, Value.EMPTY);
    }

    /** The key was last written by this revision, so it is as it was read then; 0 if it is not to be there. */
    public static Compare unchanged(String key, long modRevision) {
        return new Compare(key, Target.MOD_REVISION, Relation.EQUAL, modRevision, Value.EMPTY);
    }

    /** The key is there and holds this value. */
    public static Compare holds(String key, Value value) {
        return new Compare(key, Target.VALUE, Relation.EQUAL, 0, value);
    }
}
