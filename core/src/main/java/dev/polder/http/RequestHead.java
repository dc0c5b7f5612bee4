package dev.polder.http;

/**
 * What a request says before its body.
 *
 * @param method the method as the handler sees it: GET for HEAD
 * @param target path and query
 * @param headers the header fields
 * @param keepAlive whether the connection may stay open after the answer
 * @param isHead whether the body of the answer is to be left away
 * @param isHttp10 whether the client knows no chunks
 */
record RequestHead(
        String method, RequestTarget target, Headers headers, boolean keepAlive, boolean isHead, boolean isHttp10) {

    /** Stands for a request that could not be read. */
    static final RequestHead UNREADABLE =
            new RequestHead("GET", new RequestTarget("/", ""), Headers.none(), false, false, false);

    /** Whether the method promises to change nothing, as GET does. */
    boolean isRead() {
        return method.equals("GET");
    }
}
