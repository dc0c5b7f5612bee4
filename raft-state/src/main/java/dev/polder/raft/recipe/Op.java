package dev.polder.raft.recipe;

/** One step of a transaction. A step sees what those before it did. */
public sealed interface Op {
    /**
     * Writes a key. {@link OpResult.Written} is its result.
     *
     * @param lease the lease it is attached to from now on, whatever it was before
     */
    record Put(String key, Value value, LeaseId lease) implements Op {
        /**
         * Checks the key.
         *
         * @throws IllegalArgumentException if it cannot be a key
         */
        public Put {
            Keys.check(key);
        }
    }

    /**
     * Makes a key of a prefix and the revision in {@link #DIGITS} digits, so that such keys sort by the time they were
     * made. {@link OpResult.Written} tells the key.
     */
    record Append(String prefix, Value value, LeaseId lease) implements Op {
        /** How many digits there are, with leading zeros. */
        public static final int DIGITS = 19;

        /**
         * Checks the prefix.
         *
         * @throws IllegalArgumentException if it cannot begin a key
         */
        public Append {
            Keys.check(prefix);
        }
    }

    /**
     * Adds to a number that is kept as decimal digits, from 0 if the key is not there; its lease stays.
     * {@link OpResult.Sum} tells the sum. Refused if the key holds no number, or if the sum does not fit 64 bits.
     */
    record Add(String key, long delta) implements Op {
        /**
         * Checks the key.
         *
         * @throws IllegalArgumentException if it cannot be a key
         */
        public Add {
            Keys.check(key);
        }
    }

    /** Deletes the keys of a range. {@link OpResult.Deleted} tells how many there were. */
    record Delete(KeyRange range) implements Op {}

    /**
     * Reads a range. {@link OpResult.Found} is its result.
     *
     * @param countMax how many entries are wanted at most, from 1
     * @param descending whether to begin with the last key
     */
    record Read(KeyRange range, int countMax, boolean descending) implements Op {
        /**
         * Checks the count.
         *
         * @throws IllegalArgumentException if it is below 1
         */
        public Read {
            if (countMax < 1) {
                throw new IllegalArgumentException("countMax " + countMax + ": must be at least 1");
            }
        }
    }

    /** Writes a key that stays until it is deleted. */
    static Op put(String key, Value value) {
        return new Put(key, value, LeaseId.NONE);
    }

    /** Deletes one key. */
    static Op delete(String key) {
        return new Delete(KeyRange.of(key));
    }
}
