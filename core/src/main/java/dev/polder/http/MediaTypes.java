package dev.polder.http;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Content types and what a client accepts of them. */
public final class MediaTypes {

    /** JSON text in UTF-8. */
    public static final String JSON = "application/json";

    /** Protobuf bytes. */
    public static final String PROTOBUF = "application/x-protobuf";

    private static final double NOT_NAMED = -1;

    private MediaTypes() {}

    /**
     * The first of the offered types that the {@code Accept} headers allow with the highest weight; the first of all
     * when there is no such header. Empty if none is allowed.
     */
    public static Optional<String> negotiate(Headers headers, List<String> offered) {
        List<String> accept = headers.all("Accept");
        if (accept.isEmpty()) {
            return offered.stream().findFirst();
        }
        List<String> ranges = List.of(String.join(",", accept).split(",", -1));
        Optional<String> best = Optional.empty();
        double bestWeight = 0;
        for (String type : offered) {
            double weight = weight(type, ranges);
            if (weight > bestWeight) {
                best = Optional.of(type);
                bestWeight = weight;
            }
        }
        return best;
    }

    /** The {@code Content-Type} in lower case without its parameters; empty if the header is missing. */
    public static Optional<String> contentType(Headers headers) {
        return headers.first("Content-Type").map(MediaTypes::withoutParameters);
    }

    /** The weight that the most specific range gives a type: the type itself, then its family, then anything. */
    private static double weight(String type, List<String> ranges) {
        double itself = NOT_NAMED;
        double family = NOT_NAMED;
        double anything = 0;
        String familyRange = type.substring(0, type.indexOf('/')) + "/*";
        for (String range : ranges) {
            String named = withoutParameters(range);
            if (named.equals(type)) {
                itself = Math.max(itself, quality(range));
            } else if (named.equals(familyRange)) {
                family = Math.max(family, quality(range));
            } else if (named.equals("*/*")) {
                anything = Math.max(anything, quality(range));
            }
        }
        if (itself >= 0) {
            return itself;
        }
        return family >= 0 ? family : anything;
    }

    private static String withoutParameters(String mediaType) {
        int parameters = mediaType.indexOf(';');
        return (parameters < 0 ? mediaType : mediaType.substring(0, parameters))
                .strip()
                .toLowerCase(Locale.ROOT);
    }

    /** The weight in a range, 0 to 1; 1 if it has none, or one that cannot be read. */
    private static double quality(String range) {
        for (String parameter : range.split(";", -1)) {
            String stripped = parameter.strip();
            if (stripped.regionMatches(true, 0, "q=", 0, 2)) {
                String value = stripped.substring(2).strip();
                return value.matches("[01](\\.[0-9]{0,3})?") ? Math.min(1, Double.parseDouble(value)) : 1;
            }
        }
        return 1;
    }
}
