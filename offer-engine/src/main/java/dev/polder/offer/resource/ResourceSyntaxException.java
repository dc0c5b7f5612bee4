package dev.polder.offer.resource;

/** A text that stands for no resources; the message shows where, and what was expected there. */
public final class ResourceSyntaxException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private static final int SHOWN_MAX = 24;

    private final int position;

    private ResourceSyntaxException(String message, int position) {
        super(message);
        this.position = position;
    }

    static ResourceSyntaxException at(String text, int position, String problem) {
        int at = Math.max(0, Math.min(position, text.length()));
        int from = Math.max(0, at - SHOWN_MAX);
        int to = Math.min(text.length(), at + SHOWN_MAX);
        String near = (from > 0 ? "..." : "") + text.substring(from, to) + (to < text.length() ? "..." : "");
        return new ResourceSyntaxException("index " + at + ", near '" + near + "': " + problem, at);
    }

    /** A rule was broken by what stands at a position. */
    static ResourceSyntaxException at(String text, int position, RuntimeException broken) {
        ResourceSyntaxException problem = at(text, position, String.valueOf(broken.getMessage()));
        problem.initCause(broken);
        return problem;
    }

    /** Returns the index of the character where the trouble begins, at most the length of the text. */
    public int position() {
        return position;
    }
}
