package dev.polder.isolation;

/** How much a terminal shows: rows and columns of characters, each 1 to 65,535. */
public record TerminalSize(int rows, int columns) {
    private static final int MAX = 65_535;

    /** Refuses what no terminal can have. */
    public TerminalSize {
        check("rows", rows);
        check("columns", columns);
    }

    private static void check(String what, int count) {
        if (count < 1 || count > MAX) {
            throw new IllegalArgumentException(what + " " + count + " is not within 1 to " + MAX);
        }
    }
}
