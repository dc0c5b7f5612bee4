package dev.polder.isolation.image;

import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What a layer hides of the layers below it.
 *
 * @param hidden names that are not there any more
 * @param opaque directories of which nothing from below shows
 */
record Whiteouts(List<EntryName> hidden, List<EntryName> opaque) {
    /** {@code hidden NAME} or {@code opaque NAME}, a line each, the name escaped as in addresses. */
    void write(Path file) throws IOException {
        StringBuilder lines = new StringBuilder();
        hidden.forEach(name -> lines.append("hidden ").append(escaped(name)).append('\n'));
        opaque.forEach(name -> lines.append("opaque ").append(escaped(name)).append('\n'));
        Files.writeString(file, lines, StandardCharsets.US_ASCII);
    }

    static Whiteouts read(Path file) throws IOException {
        List<EntryName> hidden = new ArrayList<>();
        List<EntryName> opaque = new ArrayList<>();
        for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
            String[] words = line.split(" ", 2);
            String name = URLDecoder.decode(words[1], StandardCharsets.UTF_8);
            (words[0].equals("hidden") ? hidden : opaque).add(EntryName.parse(name, Integer.MAX_VALUE));
        }
        return new Whiteouts(hidden, opaque);
    }

    private static String escaped(EntryName name) {
        return URLEncoder.encode(String.join("/", name.parts()), StandardCharsets.UTF_8);
    }
}
