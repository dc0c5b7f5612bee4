package dev.polder.isolation.check;

/** What came of one check. */
public sealed interface CheckResult {
    /** The command ended; 128 and the signal's number if one has ended it. */
    record Exited(int code) implements CheckResult {}

    /** There was an answer. */
    record Answered(int statusCode) implements CheckResult {}

    /** It was connected, or not. */
    record Connected(boolean succeeded) implements CheckResult {}

    /** Nothing that can be told: it took too long, nobody answered, it could not be done. Says why. */
    record Failed(String why) implements CheckResult {}

    /** Says it that the container is well? */
    default boolean isHealthy() {
        if (this instanceof Exited exited) {
            return exited.code() == 0;
        }
        if (this instanceof Answered answered) {
            return answered.statusCode() >= 200 && answered.statusCode() < 400;
        }
        return this instanceof Connected connected && connected.succeeded();
    }
}
