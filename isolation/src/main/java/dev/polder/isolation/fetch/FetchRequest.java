package dev.polder.isolation.fetch;

import static java.util.Objects.requireNonNull;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One thing to fetch, as {@code CommandInfo.URI} says it.
 *
 * @param uri {@code http://…}, {@code https://…}, {@code file:///…}, an absolute path, or one relative to the frameworks'
 *     home. What of it is a password is sent, and never shown
 * @param executable the file is made executable, and not extracted
 * @param extract an archive, by the end of its name, is unpacked in the sandbox. The archive itself stays beside it unless
 *     it comes from the cache
 * @param cache it is fetched once for all tasks of a user on this host
 * @param outputFile the file's name, or its path below the sandbox; empty for what follows the last slash of the address
 * @param checksum what the file must hash to, as it comes
 */
public record FetchRequest(
        String uri,
        boolean executable,
        boolean extract,
        boolean cache,
        Optional<String> outputFile,
        Optional<Checksum> checksum) {
    static final int URI_CHARS_MAX = 8192;
    static final int NAME_DEPTH_MAX = 64;

    private static final Pattern SCHEME = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]*)://.*");
    private static final Pattern USER_INFO = Pattern.compile("://[^/]*@");
    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");
    private static final Pattern UNFIT = Pattern.compile("[\\p{Cntrl}\\\\']");
    private static final int SHOWN_CHARS_MAX = 200;

    /**
     * Checks.
     *
     * @throws IllegalArgumentException if the address is empty, too long, names no file, or has a backslash, a quote or a
     *     control character; if the output file is absolute, has {@code ..}, a control character or no name
     */
    public FetchRequest {
        requireNonNull(checksum, "checksum");
        requireNonNull(outputFile, "outputFile");
        if (uri.isEmpty() || uri.length() > URI_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "a URI of " + uri.length() + " characters: 1 to URI_CHARS_MAX=" + URI_CHARS_MAX + " are allowed");
        }
        if (UNFIT.matcher(uri).find()) {
            throw new IllegalArgumentException(
                    "URI '" + shown(uri) + "' has a backslash, a quote or a control character");
        }
        outputFile.ifPresentOrElse(FetchRequest::checkName, () -> {
            if (lastName(uri).isEmpty()
                    || lastName(uri).equals(".")
                    || lastName(uri).equals("..")) {
                throw new IllegalArgumentException("URI '" + shown(uri) + "' names no file: its path is missing");
            }
            checkName(lastName(uri));
        });
    }

    /** A plain file, to be extracted if it is an archive. */
    public static FetchRequest of(String uri) {
        return new FetchRequest(uri, false, true, false, Optional.empty(), Optional.empty());
    }

    private static void checkName(String name) {
        try {
            EntryPath path = EntryPath.parse(name, NAME_DEPTH_MAX);
            if (path.isRoot() || CONTROL.matcher(name).find()) {
                throw new FetchException("'" + masked(name) + "' is no name, or has a control character");
            }
        } catch (FetchException e) {
            throw new IllegalArgumentException("output file: " + e.getMessage(), e);
        }
    }

    /** Returns these, an archive being unpacked or not. */
    public FetchRequest withExtract(boolean extracted) {
        return new FetchRequest(uri, executable, extracted, cache, outputFile, checksum);
    }

    /** Returns these, the file being made executable or not. */
    public FetchRequest withExecutable(boolean made) {
        return new FetchRequest(uri, made, extract, cache, outputFile, checksum);
    }

    /** Returns these, fetched once for all tasks or for each. */
    public FetchRequest withCache(boolean cached) {
        return new FetchRequest(uri, executable, extract, cached, outputFile, checksum);
    }

    /** Returns these with a name of their own. */
    public FetchRequest withOutputFile(String name) {
        return new FetchRequest(uri, executable, extract, cache, Optional.of(name), checksum);
    }

    /** Returns these with what the file must hash to. */
    public FetchRequest withChecksum(Checksum hash) {
        return new FetchRequest(uri, executable, extract, cache, outputFile, Optional.of(hash));
    }

    /** Returns where the file goes, below the sandbox. */
    String name() {
        return outputFile.orElseGet(() -> lastName(uri));
    }

    /** Returns the scheme in lower case, empty for a path. */
    String scheme() {
        return scheme(uri);
    }

    private static String scheme(String uri) {
        Matcher matcher = SCHEME.matcher(uri);
        return matcher.matches() ? matcher.group(1).toLowerCase(Locale.ROOT) : "";
    }

    private static String lastName(String uri) {
        String path = uri;
        if (!scheme(uri).isEmpty()) {
            String afterScheme = uri.substring(uri.indexOf("://") + 3);
            path = afterScheme.indexOf('/') < 0 ? "" : afterScheme;
        }
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Returns the address without what may be a secret: user, password and query. */
    String shown() {
        return shown(uri);
    }

    static String shown(String uri) {
        boolean isWeb = scheme(uri).startsWith("http");
        int end = isWeb ? firstOf(uri, "?#") : uri.length();
        String open = end < uri.length() ? uri.substring(0, end) + "?…" : uri;
        return masked(USER_INFO.matcher(open).replaceFirst("://…@"));
    }

    private static int firstOf(String text, String characters) {
        int at = 0;
        while (at < text.length() && characters.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return at;
    }

    /** Returns a text of a stranger's that cannot break a line, nor fill a log. */
    static String masked(String text) {
        String cut = text.length() > SHOWN_CHARS_MAX ? text.substring(0, SHOWN_CHARS_MAX) + "…" : text;
        return cut.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public String toString() {
        return shown();
    }
}
