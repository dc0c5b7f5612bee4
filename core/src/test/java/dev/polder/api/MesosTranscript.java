package dev.polder.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a real Mesos master answered, request by request, as it was written down. */
final class MesosTranscript {
    /**
     * A request and its answer.
     *
     * @param status 0 if the connection was closed without an answer
     * @param headers of the answer, names in lower case
     * @param lines of the answer's body
     */
    record Exchange(
            String name,
            String methodAndPath,
            List<String> requestHeaders,
            String requestBody,
            int status,
            Map<String, String> headers,
            List<String> lines) {
        boolean isStream() {
            return headers.containsKey("mesos-stream-id");
        }

        byte[] bodyBytes(String text) {
            return text.startsWith("HEX ") ? HexFormat.of().parseHex(text.substring(4)) : text.getBytes(UTF_8);
        }
    }

    private static final List<String> COMPARED =
            List.of("allow", "content-type", "content-encoding", "transfer-encoding", "www-authenticate");

    private MesosTranscript() {}

    /** What is compared of the head of an answer; status 0: there was none. */
    static Map<String, String> head(int status, Map<String, String> headers) {
        Map<String, String> compared = new TreeMap<>(headers);
        compared.keySet().retainAll(COMPARED);
        if (headers.containsKey("location")) {
            compared.put("location", "<somewhere>");
        }
        compared.put(Differences.STATUS, status == 0 ? "no answer" : Integer.toString(status));
        return compared;
    }

    static List<String> lines(String resource) throws IOException {
        try (InputStream in = MesosTranscript.class.getResourceAsStream(resource)) {
            return new String(requireNonNull(in, resource).readAllBytes(), UTF_8)
                    .lines()
                    .toList();
        }
    }

    /** Reads the transcripts of single requests. */
    static List<Exchange> exchanges(String resource) throws IOException {
        List<Exchange> exchanges = new ArrayList<>();
        List<String> block = new ArrayList<>();
        for (String line : lines(resource)) {
            if (line.startsWith("=== ")) {
                add(exchanges, block);
                block.clear();
            }
            if (!line.startsWith("#")) {
                block.add(line);
            }
        }
        add(exchanges, block);
        return exchanges;
    }

    private static void add(List<Exchange> exchanges, List<String> block) {
        if (block.stream().noneMatch(line -> line.startsWith("> "))) {
            return;
        }
        String methodAndPath = "";
        List<String> requestHeaders = new ArrayList<>();
        String requestBody = "";
        int status = 0;
        Map<String, String> headers = new TreeMap<>();
        List<String> lines = new ArrayList<>();
        for (String line : block.subList(1, block.size())) {
            if (line.startsWith("> | ")) {
                requestBody = line.substring(4);
            } else if (line.startsWith("> ") && methodAndPath.isEmpty()) {
                methodAndPath = line.substring(2).replace(" [J]", "");
                if (line.endsWith(" [J]")) {
                    requestHeaders.add("Content-Type: application/json");
                    requestHeaders.add("Accept: application/json");
                }
            } else if (line.startsWith("> ")) {
                requestHeaders.add(line.substring(2));
            } else if (line.startsWith("< HTTP/1.1 ")) {
                status = Integer.parseInt(line.substring(11, 14));
                addSigns(headers, line);
            } else if (line.startsWith("< ") && line.indexOf(": ") > 0) {
                addSigns(headers, line);
                String header = line.substring(2).replaceAll(" \\[(TXT|JSON|STREAM)]", "");
                int colon = header.indexOf(':');
                headers.put(
                        header.substring(0, colon).toLowerCase(Locale.ROOT),
                        header.substring(colon + 1).strip());
            } else if (line.startsWith("  ")) {
                lines.add(line.substring(2));
            }
        }
        exchanges.add(new Exchange(
                block.get(0).substring(4), methodAndPath, requestHeaders, requestBody, status, headers, lines));
    }

    private static void addSigns(Map<String, String> headers, String line) {
        if (line.contains("[TXT]")) {
            headers.put("content-type", "text/plain; charset=utf-8");
        }
        if (line.contains("[JSON]")) {
            headers.put("content-type", "application/json");
        }
        if (line.contains("[STREAM]")) {
            headers.put("transfer-encoding", "chunked");
            headers.put("mesos-stream-id", "<UUID>");
        }
    }
}
