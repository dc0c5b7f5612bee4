package dev.polder.raft;

/** What a frame carries. Code and version are written into each; a pair that is not listed here is refused. */
enum MessageKind {
    HELLO(1),
    WELCOME(2),
    REFUSED(3),
    LOCATE(4),
    CHALLENGE(6),
    PROOF(7),
    /** 5 was this without the members. */
    LOCATED(8),
    APPEND(16),
    POLL(17),
    VOTE(18),
    FORCED_VOTE(19),
    INSTALL(21),
    FETCH(22),
    CATCH_UP(23),
    REMOVED(24),
    /** 20 was this without the end of the log. */
    TIMEOUT_NOW(25),
    APPENDED(32),
    POLLED(33),
    VOTED(34),
    FAILED(35),
    INSTALLING(36),
    PIECE(37),
    CAUGHT(38),
    DONE(39),
    CLIENT_HELLO(64),
    CLIENT_WELCOME(65),
    CLIENT_MOVED(66),
    CALL(67),
    CLIENT_MEMBERS(68),
    PUSH(69);

    /**
     * Of all of them. A kind whose body changes gets a code of its own, but for those whose body begins with the version
     * of the protocol.
     */
    static final byte VERSION = 1;

    private final byte code;

    MessageKind(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static MessageKind of(byte version, byte code) throws BadFrameException {
        for (MessageKind kind : values()) {
            if (kind.code == code && version == VERSION) {
                return kind;
            }
        }
        throw new BadFrameException("kind " + code + " in version " + version + " is not known");
    }
}
