package dev.polder.raft.recipe;

/** What is bounded, with the default. The cluster agrees on its limits through the log. */
public enum Limit {
    /** The bytes of one key in UTF-8. */
    KEY_BYTES_MAX("keyBytesMax", 1_024),
    /** The bytes of one value. */
    VALUE_BYTES_MAX("valueBytesMax", 512 << 10),
    /** The bytes of one command in the log. */
    COMMAND_BYTES_MAX("commandBytesMax", 768 << 10),
    /** How many keys there are. */
    KEYS_MAX("keysMax", 1_000_000),
    /** The bytes of all keys and values. */
    BYTES_MAX("bytesMax", 256 << 20),
    /** The conditions of a transaction, and the steps of each of its lists. */
    STEPS_MAX("stepsMax", 128),
    /** How many keys one transaction deletes. */
    DELETED_KEYS_MAX("deletedKeysMax", 10_000),
    /** The bytes of keys and values that a transaction or a read returns; what is left is asked for again. */
    RESULT_BYTES_MAX("resultBytesMax", 512 << 10),
    /** How many leases there are, sessions among them. */
    LEASES_MAX("leasesMax", 10_000),
    /** How many keys are attached to one lease. */
    LEASE_KEYS_MAX("leaseKeysMax", 10_000),
    /** The shortest lease, in milliseconds. */
    TTL_MS_MIN("ttlMsMin", 100),
    /** The longest lease, in milliseconds. */
    TTL_MS_MAX("ttlMsMax", 86_400_000),
    /** How many results are remembered for a session until it acknowledges them. */
    SESSION_RESULTS_MAX("sessionResultsMax", 1_024),
    /** The bytes of remembered results beyond which a session must acknowledge first. */
    SESSION_RESULT_BYTES_MAX("sessionResultBytesMax", 1 << 20),
    /** How many watches one session has. */
    SESSION_WATCHES_MAX("sessionWatchesMax", 1_000),
    /** How many events are remembered for watches that begin in the past. */
    HISTORY_EVENTS_MAX("historyEventsMax", 10_000),
    /** The bytes of keys and values of remembered events. */
    HISTORY_BYTES_MAX("historyBytesMax", 16 << 20);

    private final String text;
    private final long byDefault;

    Limit(String text, long byDefault) {
        this.text = text;
        this.byDefault = byDefault;
    }

    /** Returns the name of the limit as it is shown. */
    public String text() {
        return text;
    }

    /** Returns the value it has unless another is set. */
    public long byDefault() {
        return byDefault;
    }
}
