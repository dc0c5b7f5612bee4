package dev.polder.http;

import java.util.Optional;

/**
 * What stands between method and version in a request line.
 *
 * @param path with runs of slashes made one, still percent-encoded
 * @param query what follows the question mark, still percent-encoded; empty without one
 */
record RequestTarget(String path, String query) {

    /** Takes a target apart; empty if it is neither a path nor an absolute address nor an asterisk. */
    static Optional<RequestTarget> parse(String target) {
        String rest = withoutFragment(withoutAuthority(target));
        int mark = rest.indexOf('?');
        String path = mark < 0 ? rest : rest.substring(0, mark);
        if (path.isEmpty() && !rest.equals(target)) {
            path = "/";
        }
        return path.startsWith("/") || path.equals("*")
                ? Optional.of(new RequestTarget(singleSlashes(path), mark < 0 ? "" : rest.substring(mark + 1)))
                : Optional.empty();
    }

    private static String withoutAuthority(String target) {
        int scheme = target.indexOf("://");
        if (target.startsWith("/") || scheme < 0) {
            return target;
        }
        int end = scheme + 3;
        while (end < target.length() && "/?#".indexOf(target.charAt(end)) < 0) {
            end++;
        }
        return target.substring(end);
    }

    private static String withoutFragment(String target) {
        int fragment = target.indexOf('#');
        return fragment < 0 ? target : target.substring(0, fragment);
    }

    private static String singleSlashes(String path) {
        if (!path.contains("//")) {
            return path;
        }
        StringBuilder single = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c != '/' || i == 0 || path.charAt(i - 1) != '/') {
                single.append(c);
            }
        }
        return single.toString();
    }
}
