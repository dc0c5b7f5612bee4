package dev.polder.raft;

/** Counts the answers to one question that a member puts to all others; its own answer is yes. */
final class Ballot {
    private final int quorum;
    private int agreed = 1;
    private int open;

    Ballot(int quorum, int peers) {
        this.quorum = quorum;
        open = peers;
    }

    void agree() {
        agreed++;
        open--;
    }

    /** A member refuses, or cannot be asked. */
    void refuse() {
        open--;
    }

    boolean isWon() {
        return agreed >= quorum;
    }

    boolean isLost() {
        return agreed + open < quorum;
    }
}
