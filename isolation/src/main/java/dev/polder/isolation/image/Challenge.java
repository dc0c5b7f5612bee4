package dev.polder.isolation.image;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a registry wants to see before it answers: the header {@code WWW-Authenticate}.
 *
 * @param scheme in lower case
 * @param parameters by name, in lower case
 */
record Challenge(String scheme, Map<String, String> parameters) {
    private static final int LENGTH_MAX = 8192;
    private static final Pattern PARAMETER =
            Pattern.compile("\\G[\\s,]*([a-zA-Z0-9_-]+)=(?:\"((?:[^\"\\\\]|\\\\.)*+)\"|([^\\s,\"]+))");

    /** Returns null if it is not a challenge. */
    static @Nullable Challenge parse(String header) {
        String text = header.strip();
        int space = text.indexOf(' ');
        if (text.length() > LENGTH_MAX || space == 0) {
            return null;
        }
        String scheme = (space < 0 ? text : text.substring(0, space)).toLowerCase(Locale.ROOT);
        Map<String, String> parameters = new LinkedHashMap<>();
        Matcher matcher = PARAMETER.matcher(space < 0 ? "" : text.substring(space));
        while (matcher.find()) {
            String quoted = matcher.group(2);
            String value = quoted == null ? matcher.group(3) : quoted.replaceAll("\\\\(.)", "$1");
            parameters.put(matcher.group(1).toLowerCase(Locale.ROOT), value);
        }
        return new Challenge(scheme, parameters);
    }

    String parameter(String name) {
        return parameters.getOrDefault(name, "");
    }
}
