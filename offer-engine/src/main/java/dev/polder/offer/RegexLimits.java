package dev.polder.offer;

/**
 * How large a regular expression of an offer constraint may be. Mesos measures both with RE2; RE2/J tells the program size
 * only, so that the two mean almost, but not quite, the same here:
 *
 * <ul>
 *   <li>Mesos bounds the memory that RE2 takes to build the program. Here the same number bounds the expression's UTF-8
 *       bytes once its counted repetitions are written out ({@code (ab){3}} counts like {@code ababab}; a class of Unicode
 *       such as {@code \pL} counts {@value RegexScan#UNICODE_CLASS_BYTES}, whatever its name's length). That is known before
 *       anything is built. It never refuses what the program size allows, but for long lists of alternatives that begin alike, of which
 *       the compiler keeps the beginning once.
 *   <li>RE2 counts instructions for bytes, RE2/J for characters: {@code .} is one instruction, not eight. Few expressions are
 *       smaller in RE2; they have many optional repetitions, and the difference is some percent.
 * </ul>
 *
 * @param memoryMax bytes, 1 to {@value #MEMORY_BYTES_MAX}; Mesos's {@code --offer_constraints_re2_max_mem}
 * @param programSizeMax instructions, 1 to {@value #PROGRAM_SIZE_MAX}; Mesos's
 *     {@code --offer_constraints_re2_max_program_size}
 */
public record RegexLimits(int memoryMax, int programSizeMax) {
    /** What Mesos has. */
    public static final RegexLimits DEFAULT = new RegexLimits(4096, 100);

    static final int MEMORY_BYTES_MAX = 1 << 20;
    /** RE2/J recurses over the program when it matches; so many instructions fit the smallest stacks. */
    static final int PROGRAM_SIZE_MAX = 1000;

    /** The most that can be allowed at all: for what was accepted under limits that are not known any more. */
    public static final RegexLimits LARGEST = new RegexLimits(MEMORY_BYTES_MAX, PROGRAM_SIZE_MAX);

    /** Checks the ranges. */
    public RegexLimits {
        check("memoryMax", memoryMax, MEMORY_BYTES_MAX);
        check("programSizeMax", programSizeMax, PROGRAM_SIZE_MAX);
    }

    private static void check(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " " + value + ": must be 1 to " + max);
        }
    }
}
