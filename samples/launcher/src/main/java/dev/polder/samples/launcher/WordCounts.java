package dev.polder.samples.launcher;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** How often each word occurs. A word is a run of the letters a to z, in upper or lower case, which do not differ. */
record WordCounts(SortedMap<String, Long> counts) {
    WordCounts {
        counts = Collections.unmodifiableSortedMap(new TreeMap<>(counts));
    }

    /** Counts by a plain loop over the bytes of the files. */
    static WordCounts count(List<Path> files) throws IOException {
        TreeMap<String, Long> counts = new TreeMap<>();
        StringBuilder word = new StringBuilder();
        for (Path file : files) {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
                for (int b = in.read(); b >= 0; b = in.read()) {
                    if (b >= 'a' && b <= 'z') {
                        word.append((char) b);
                    } else if (b >= 'A' && b <= 'Z') {
                        word.append((char) (b + ('a' - 'A')));
                    } else {
                        endWord(word, counts);
                    }
                }
            }
            endWord(word, counts);
        }
        return new WordCounts(counts);
    }

    private static void endWord(StringBuilder word, Map<String, Long> counts) {
        if (word.length() > 0) {
            counts.merge(word.toString(), 1L, Math::addExact);
            word.setLength(0);
        }
    }

    /**
     * Reads lines of a count, a blank and a word.
     *
     * @throws IOException if a line is none
     */
    static WordCounts read(Path file) throws IOException {
        TreeMap<String, Long> counts = new TreeMap<>();
        for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
            int blank = line.indexOf(' ');
            try {
                String word = line.substring(blank + 1);
                if (word.isEmpty() || counts.put(word, Long.parseLong(line, 0, blank, 10)) != null) {
                    throw new IOException(file + ": '" + line + "' has no word, or one that was counted already");
                }
            } catch (IndexOutOfBoundsException | NumberFormatException e) {
                throw new IOException(file + ": '" + line + "' is no count and word", e);
            }
        }
        return new WordCounts(counts);
    }

    /** Returns how many words there are, each as often as it occurs. */
    long total() {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Returns a line for each word whose count is another in {@code other}, {@code linesMax} at most. */
    List<String> differences(WordCounts other, int linesMax) {
        SortedSet<String> words = new TreeSet<>(counts.keySet());
        words.addAll(other.counts.keySet());
        List<String> lines = new ArrayList<>();
        for (String word : words) {
            long mine = counts.getOrDefault(word, 0L);
            long others = other.counts.getOrDefault(word, 0L);
            if (mine != others && lines.size() < linesMax) {
                lines.add(word + ": " + mine + ", not " + others);
            }
        }
        return lines;
    }

    /** Returns the most frequent words as a table, words of one count in order of the alphabet. */
    List<String> table(int rowsMax) {
        List<Map.Entry<String, Long>> rows = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(rowsMax)
                .toList();
        int width = rows.stream()
                .mapToInt(row -> shown(row.getKey()).length())
                .max()
                .orElse(0);
        List<String> lines = new ArrayList<>();
        for (Map.Entry<String, Long> row : rows) {
            lines.add(String.format(
                    Locale.ROOT, "%3d  %-" + width + "s  %,9d", lines.size() + 1, shown(row.getKey()), row.getValue()));
        }
        return lines;
    }

    private static String shown(String word) {
        return word.length() <= 40 ? word : word.substring(0, 37) + "...";
    }
}
