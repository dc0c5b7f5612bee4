package dev.polder.http;

import java.util.List;
import java.util.Optional;

/** Content types and what a client accepts of them. */
public final class MediaTypes {

    /** JSON text in UTF-8. */
    public static final String JSON = "application/json";

    /** Protobuf bytes. */
    public static final String PROTOBUF = "application/x-protobuf";

    private MediaTypes() {}

    /**
     * The first of the offered types that the {@code Accept} headers allow with the highest weight; the first of all
     * when there is no such header. Empty if none is allowed.
     */
    public static Optional<String> negotiate(Headers headers, List<String> offered) {
        throw new UnsupportedOperationException("MediaTypes.negotiate: " + headers + offered);
    }

    /** The {@code Content-Type} in lower case without its parameters; empty if the header is missing. */
    public static Optional<String> contentType(Headers headers) {
        throw new UnsupportedOperationException("MediaTypes.contentType: " + headers);
    }
}
