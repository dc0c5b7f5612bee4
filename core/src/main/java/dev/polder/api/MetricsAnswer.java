package dev.polder.api;

import dev.polder.http.HttpRequest;
import dev.polder.http.HttpResponse;
import java.util.Map;
import java.util.SortedMap;
import java.util.regex.Pattern;

/** {@code /metrics/snapshot}: one flat object of numbers. */
final class MetricsAnswer {
    private static final Pattern DURATION = Pattern.compile("\\d+(\\.\\d+)?(ns|us|ms|secs|mins|hrs|days|weeks)");

    private MetricsAnswer() {}

    /**
     * Answers with the numbers.
     *
     * <p>A time-out is checked for its form only: nothing here waits for a slow number.
     */
    static HttpResponse of(HttpRequest request, ClassicJson classic, SortedMap<String, Double> metrics) {
        String timeout = request.query("timeout").orElse("0ns");
        if (!DURATION.matcher(timeout).matches()) {
            return HttpResponse.text(
                    400,
                    "query parameter 'timeout' is '" + timeout + "': it must be a number and its unit, as in 5secs");
        }
        return JsonAnswer.of(request, classic.object(json -> {
            for (Map.Entry<String, Double> metric : metrics.entrySet()) {
                ClassicJson.number(json, metric.getKey(), metric.getValue().doubleValue());
            }
        }));
    }
}
