package dev.polder.http;

import java.io.IOException;

/** What a failed read or write says about how a connection ended. */
final class Disconnect {

    private Disconnect() {}

    /**
     * Who ended the connection that failed like this. A process that ends with bytes unread, killed or not, resets its
     * connections; that is its own doing and no fault of the network. The JDK tells it by the words alone.
     */
    static ClosedBy of(Throwable cause) {
        String words = cause.getMessage();
        boolean reset = cause instanceof IOException
                && words != null
                && (words.startsWith("Connection reset") || words.startsWith("Broken pipe"));
        return reset ? ClosedBy.PEER : ClosedBy.IO_ERROR;
    }
}
