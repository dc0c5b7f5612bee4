package dev.polder.raft;

/** Frames go as they are. */
final class NoSecurity extends RaftSecurity {
    static final NoSecurity NONE = new NoSecurity();

    private NoSecurity() {}

    @Override
    WireSecurity open(String threadName) {
        return WireSecurity.NONE;
    }

    @Override
    public String toString() {
        return "none";
    }
}
