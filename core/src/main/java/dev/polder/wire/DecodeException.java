package dev.polder.wire;

/** Bytes that are not the message that was expected; the message says which thing, which value and which rule. */
public final class DecodeException extends Exception {

    private static final long serialVersionUID = 1L;

    /** At which step the bytes were refused. */
    public enum Kind {
        /** The text is no JSON, or the bytes are no protobuf. */
        SYNTAX,
        /** It parses, but a value does not fit its field. */
        CONVERSION,
        /** Required fields are missing; the message lists them with their paths. */
        MISSING_FIELDS
    }

    private final Kind kind;

    /** A refusal with words for people. */
    public DecodeException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    /** At which step the bytes were refused. */
    public Kind kind() {
        return kind;
    }
}
