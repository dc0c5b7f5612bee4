package dev.polder.http;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hands requests to handlers by path and method. A path that nobody has is answered 404, a method that the path does not
 * have 405 with {@code Allow}. A slash at a path's end makes no difference. Immutable.
 */
public final class Router implements HttpHandler {

    /** Path to method to handler. */
    private final Map<String, Map<String, HttpHandler>> exact;

    private final Map<String, Map<String, HttpHandler>> prefixes;

    private Router(Map<String, Map<String, HttpHandler>> exact, Map<String, Map<String, HttpHandler>> prefixes) {
        this.exact = exact;
        this.prefixes = prefixes;
    }

    /** Starts an empty table. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public void handle(HttpRequest request, HttpResponder responder) {
        Map<String, HttpHandler> methods = find(withoutEndSlash(request.path()));
        if (methods == null) {
            responder.respond(HttpResponse.text(404, "404 Not Found. There is no " + request.path() + "."));
            return;
        }
        HttpHandler handler = methods.get(request.method());
        if (handler == null) {
            String allowed = String.join(", ", methods.keySet());
            String text = String.format(
                    Locale.ROOT,
                    "405 Method Not Allowed. %s takes %s, not %s.",
                    request.path(),
                    allowed,
                    request.method());
            responder.respond(HttpResponse.text(405, text).with("Allow", allowed));
            return;
        }
        handler.handle(request, responder);
    }

    private @Nullable Map<String, HttpHandler> find(String path) {
        Map<String, HttpHandler> methods = exact.get(path);
        String prefix = path;
        while (methods == null) {
            methods = prefixes.get(prefix);
            int slash = prefix.lastIndexOf('/');
            if (slash < 0) {
                return methods;
            }
            prefix = prefix.substring(0, slash);
        }
        return methods;
    }

    private static String withoutEndSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Collects routes. */
    public static final class Builder {

        private final Map<String, Map<String, HttpHandler>> exact = new LinkedHashMap<>();
        private final Map<String, Map<String, HttpHandler>> prefixes = new LinkedHashMap<>();

        private Builder() {}

        /**
         * This path alone.
         *
         * @throws IllegalArgumentException if the path does not begin with a slash or has this method already
         */
        public Builder exact(String method, String path, HttpHandler handler) {
            return add(exact, method, path, handler);
        }

        /**
         * This path and all below it that no longer route covers; {@code /} is everything.
         *
         * @throws IllegalArgumentException if the path does not begin with a slash or has this method already
         */
        public Builder prefix(String method, String path, HttpHandler handler) {
            return add(prefixes, method, path, handler);
        }

        private Builder add(
                Map<String, Map<String, HttpHandler>> routes, String method, String path, HttpHandler handler) {
            if (!path.startsWith("/")) {
                throw new IllegalArgumentException("route '" + path + "': a path begins with a slash");
            }
            HttpHandler before = routes.computeIfAbsent(withoutEndSlash(path), p -> new LinkedHashMap<>())
                    .putIfAbsent(method, handler);
            if (before != null) {
                throw new IllegalArgumentException("route '" + method + " " + path + "': there is one already");
            }
            return this;
        }

        /** The finished table. */
        public Router build() {
            return new Router(copy(exact), copy(prefixes));
        }

        private static Map<String, Map<String, HttpHandler>> copy(Map<String, Map<String, HttpHandler>> routes) {
            Map<String, Map<String, HttpHandler>> copied = new LinkedHashMap<>();
            routes.forEach((path, methods) -> copied.put(path, new LinkedHashMap<>(methods)));
            return copied;
        }
    }
}
