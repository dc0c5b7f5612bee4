package dev.polder.raft;

/** Why a log stops that is no member of its group any more: the others have agreed on that, and nothing has failed. */
public final class MemberRemovedException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    MemberRemovedException(String message) {
        super(message);
    }
}
