package dev.polder.isolation.check;

/** What is to be told of a container's checks. */
public sealed interface CheckEvent {
    /**
     * It is well for the first time or again, or it is not once more.
     *
     * @param shouldKill whether it has failed too often in a row
     */
    record Health(boolean healthy, boolean shouldKill) implements CheckEvent {}

    /** A check that nobody judges had another result than the last time. */
    record Result(CheckResult result) implements CheckEvent {}
}
