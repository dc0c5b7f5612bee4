package dev.polder.raft;

/** Rules of which one is broken, as Atomix breaks it. */
final class Broken {
    static final Rules VOTE = new Rules(Gates.DISK, false, true, true, true, true, true, true);
    static final Rules DAMAGE = new Rules(Gates.DISK, true, false, true, true, true, true, true);
    static final Rules TERM_BEFORE = new Rules(Gates.DISK, true, true, false, true, true, true, true);
    static final Rules FAILURE = new Rules(Gates.DISK, true, true, true, false, true, true, true);
    static final Rules PLACE = new Rules(Gates.DISK, true, true, true, true, false, true, true);
    static final Rules OPEN_APPENDS = new Rules(Gates.DISK, true, true, true, true, true, false, true);

    static final Rules ONE_BY_ONE = new Rules(Gates.DISK, true, true, true, true, true, true, false);

    private Broken() {}

    static Rules gates(Gates gates) {
        return new Rules(gates, true, true, true, true, true, true, true);
    }
}
