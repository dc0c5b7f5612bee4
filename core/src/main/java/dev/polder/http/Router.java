package dev.polder.http;

/**
 * Hands requests to handlers by path and method. A path that nobody has is answered 404, a method that the path does not
 * have 405 with {@code Allow}. A slash at a path's end makes no difference.
 */
public final class Router implements HttpHandler {

    private Router() {}

    /** Starts an empty table. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void handle(HttpRequest request, HttpResponder responder) {
        throw new UnsupportedOperationException("Router.handle: " + request + responder);
    }

    /** Collects routes. */
    public static final class Builder {

        private Builder() {}

        /** This path alone. */
        public Builder exact(String method, String path, HttpHandler handler) {
            throw new UnsupportedOperationException("Router.Builder.exact: " + method + path + handler);
        }

        /** This path and all below it that no longer route covers. */
        public Builder prefix(String method, String path, HttpHandler handler) {
            throw new UnsupportedOperationException("Router.Builder.prefix: " + method + path + handler);
        }

        /** The finished table. */
        public Router build() {
            return new Router();
        }
    }
}
