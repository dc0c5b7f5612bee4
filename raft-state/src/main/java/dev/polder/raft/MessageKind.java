package dev.polder.raft;

/** What a frame carries. Code and version are written into each; a pair that is not listed here is refused. */
enum MessageKind {
    HELLO(1),
    WELCOME(2),
    REFUSED(3),
    LOCATE(4),
    LOCATED(5),
    APPEND(16),
    POLL(17),
    VOTE(18),
    APPENDED(32),
    POLLED(33),
    VOTED(34),
    FAILED(35);

    /** Of all of them; a kind whose body changes gets one of its own. */
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
