package dev.polder.samples.launcher;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * How words are counted by processes: one for each share of the files, and one that adds up. They know each other's results
 * by files in a common directory.
 *
 * <pre>
 *  share-1.list --count--> share-1.counts --'
 *  share-2.list --count--> share-2.counts --+--merge--> all.counts
 * </pre>
 *
 * @param counts the commands that may run at once, each counts one share
 * @param merge the command that runs when all have ended
 * @param result the file in which it leaves its lines, each a count, a blank and a word
 */
record CountPlan(List<String> counts, String merge, Path result) {
    /** The same order and the same letters everywhere. */
    private static final String SHELL = "set -e; export LC_ALL=C; ";

    /** Prepares a directory, which is empty and stays until the last command has ended. */
    static CountPlan prepare(Path directory, List<List<Path>> shares) throws IOException {
        Path lineFeed = Files.writeString(directory.resolve("line-feed"), "\n");
        String goThere = "cd " + quoted(directory.toString()) + "; ";
        List<String> counts = new ArrayList<>();
        List<String> results = new ArrayList<>();
        for (List<Path> share : shares) {
            String name = "share-" + (counts.size() + 1);
            Files.write(directory.resolve(name + ".list"), list(share, lineFeed));
            counts.add(goThere + SHELL + count(name));
            results.add(name + ".counts");
        }
        String merge = goThere + SHELL + merge(results);
        return new CountPlan(List.copyOf(counts), merge, directory.resolve("all.counts"));
    }

    /**
     * The result is written beside and then moved, so that a half one is never taken for whole. Two attempts at one share may
     * run at once, where the cluster could not tell that the first still does: each has files of its own. No pipes: a shell
     * goes on when a command in front of one fails, or is killed, and what came through by then would be taken for all.
     */
    private static String count(String name) {
        return "part=$(mktemp " + name + ".part.XXXXXX); xargs -0 cat < " + name + ".list > $part.text;"
                + " tr -cs A-Za-z '\\n' < $part.text > $part.words;"
                + " awk 'NF == 1 { sum[tolower($1)]++ } END { for (word in sum)"
                + " printf \"%.0f %s\\n\", sum[word], word }' < $part.words > $part; mv $part " + name
                + ".counts; rm $part.text $part.words";
    }

    /** Names every result, so that none can be missing unnoticed. */
    private static String merge(List<String> results) {
        return "part=$(mktemp all.part.XXXXXX); awk '{ sum[$2] += $1 } END { for (word in sum)"
                + " printf \"%.0f %s\\n\", sum[word], word }' "
                + String.join(" ", results) + " > $part; mv $part all.counts";
    }

    /**
     * Names with zero bytes between them, so that any name will do. A line feed follows each file, or its last word and the
     * first of the next would be one.
     */
    private static byte[] list(List<Path> share, Path lineFeed) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (Path path : share) {
            bytes.writeBytes(nameOf(path));
            bytes.write(0);
            bytes.writeBytes(nameOf(lineFeed));
            bytes.write(0);
        }
        return bytes.toByteArray();
    }

    /** Returns the name as the file system has it. Its text would not do: a name need not be text in any encoding. */
    private static byte[] nameOf(Path path) {
        byte[] uri = path.toUri().getRawPath().getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream name = new ByteArrayOutputStream(uri.length);
        for (int i = 0; i < uri.length; i++) {
            if (uri[i] == '%') {
                name.write(HexFormat.fromHexDigits(new String(uri, i + 1, 2, StandardCharsets.US_ASCII)));
                i += 2;
            } else {
                name.write(uri[i]);
            }
        }
        return name.toByteArray();
    }

    /** Returns the text as one word of a shell. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
