package dev.polder.simulation;

/**
 * A place in the log with what lies there; every member that has it has the same object.
 *
 * @param bytes what was proposed; empty for the entry with which a leader opens its term
 */
@SuppressWarnings("ArrayRecordComponent") // never compared by value
record Slot(long index, long term, byte[] bytes) {
    boolean opensTerm() {
        return bytes.length == 0;
    }
}
