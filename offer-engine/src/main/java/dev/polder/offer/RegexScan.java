package dev.polder.offer;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a look over a regular expression tells before it is compiled: how much there will be to compile, how deep it is
 * nested, which parentheses have no partner.
 *
 * <p>RE2/J writes counted repetitions out and recurses over nested groups, both without a limit: nine characters more make
 * its program a hundred times larger, a few thousand parentheses end the thread's stack. So we measure first. One pass that
 * never goes back; it need not know what is legal, for RE2/J says so afterwards.
 *
 * @param writtenOutBytes UTF-8 bytes of the text with its counted repetitions written out, at most {@link Integer#MAX_VALUE};
 *     RE2/J makes at most a few instructions of each
 * @param nesting levels of recursion that compiling takes: two for a group, one for each optional copy in a repetition
 * @param unclosed index of the first parenthesis that is not closed, -1 if there is none
 * @param unopened index of the first parenthesis that closes nothing, -1 if there is none
 * @param unfoldable if case is ignored somewhere, index of the first character that RE2/J cannot tell the other cases of,
 *     or that may be the end of a range with such a character in it; -1 if there is none
 */
record RegexScan(int writtenOutBytes, int nesting, int unclosed, int unopened, int unfoldable) {
    /** What a class of Unicode, which is a table of up to 1200 numbers, counts. */
    static final int UNICODE_CLASS_BYTES = 1024;

    /** From this character on RE2/J 1.8 may look for other cases without end: that of U+1C80 leads to it from nowhere. */
    static final int UNFOLDABLE_FROM = 0x1C80;

    private static final int GROUP_NESTING = 2;

    static RegexScan of(String regex) {
        return new Pass(regex).scan();
    }

    /** A group that is open: what was read of it, and the last thing in it, which a repetition repeats. */
    private static final class Group {
        final int start;
        long bytes;
        int nesting;
        long lastBytes;
        int lastNesting;

        Group(int start) {
            this.start = start;
        }

        void append(long atomBytes, int atomNesting) {
            lastBytes = atomBytes;
            lastNesting = atomNesting;
            bytes = clamp(bytes + atomBytes);
            nesting = Math.max(nesting, atomNesting);
        }

        /** Counts what is not repeated by a repetition behind it. */
        void pass(int tokenBytes) {
            bytes = clamp(bytes + tokenBytes);
        }

        void repeatLast(int copies, int optional, int tokenBytes) {
            long repeated = clamp(lastBytes * copies + tokenBytes);
            bytes = clamp(bytes - lastBytes + repeated);
            lastBytes = repeated;
            lastNesting = (int) clamp((long) lastNesting + optional);
            nesting = Math.max(nesting, lastNesting);
        }

        private static long clamp(long count) {
            return Math.min(count, Integer.MAX_VALUE);
        }
    }

    private static final class Pass {
        private final String regex;
        /** Looked for once: a search from each place where a name may begin would take quadratic time. */
        private final int lastNameEnd;

        private final Deque<Group> outer = new ArrayDeque<>();
        private Group group = new Group(-1);
        private int unopened = -1;
        private int unfoldable = -1;
        private boolean ignoresCase;
        private int at;

        Pass(String regex) {
            this.regex = regex;
            lastNameEnd = regex.lastIndexOf(":]");
        }

        RegexScan scan() {
            while (at < regex.length()) {
                step();
            }
            int unclosed = -1;
            while (!outer.isEmpty()) {
                unclosed = group.start;
                close();
            }
            return new RegexScan((int) group.bytes, group.nesting, unclosed, unopened, ignoresCase ? unfoldable : -1);
        }

        private void step() {
            switch (regex.charAt(at)) {
                case '\\' -> escape();
                case '[' -> characterClass();
                case '(' -> {
                    outer.push(group);
                    group = new Group(at++);
                    if (at < regex.length() && regex.charAt(at) == '?') { // of flags or a name: it repeats nothing
                        ignoresCase |= hasFlag('i');
                        literal();
                    }
                }
                case ')' -> {
                    if (outer.isEmpty()) {
                        unopened = unopened < 0 ? at : unopened;
                        group.pass(1);
                    } else {
                        close();
                    }
                    at++;
                }
                case '*', '+', '?' -> {
                    group.repeatLast(1, 1, 1);
                    at++;
                }
                case '{' -> braces();
                default -> literal();
            }
        }

        private void close() {
            Group inner = group;
            group = outer.pop();
            group.append(inner.bytes + 2, inner.nesting + GROUP_NESTING);
        }

        /** Tells whether there is a flag among those that begin behind the question mark. */
        private boolean hasFlag(char flag) {
            for (int i = at + 1;
                    i < regex.length() && (Character.isLetter(regex.charAt(i)) || regex.charAt(i) == '-');
                    i++) {
                if (regex.charAt(i) == flag) {
                    return true;
                }
            }
            return false;
        }

        private void noteCharacter(int character, int index) {
            if (character >= UNFOLDABLE_FROM && unfoldable < 0) {
                unfoldable = index;
            }
        }

        private void literal() {
            int character = regex.codePointAt(at);
            noteCharacter(character, at);
            group.append(utf8Bytes(character), 0);
            at += Character.charCount(character);
        }

        private void escape() {
            if (regex.startsWith("\\Q", at)) {
                quotation();
                return;
            }
            int start = at;
            int bytes = escapeBytes();
            group.append(Math.max(bytes, at - start), 0);
        }

        /** Goes past {@code \Q}, the literals behind it, and {@code \E} or the end. */
        private void quotation() {
            int end = regex.indexOf("\\E", at + 2);
            int last = end < 0 ? regex.length() : end;
            group.pass(2);
            for (at += 2; at < last; ) {
                literal();
            }
            if (end >= 0) {
                group.pass(2);
                at += 2;
            }
        }

        /** Goes past a backslash and what belongs to it; returns what both count. */
        private int escapeBytes() {
            at++;
            if (at == regex.length()) {
                return 1;
            }
            int character = regex.codePointAt(at);
            noteCharacter(character, at);
            at += Character.charCount(character);
            boolean unicode = character == 'p' || character == 'P';
            if ((unicode || character == 'x') && at < regex.length() && regex.charAt(at) == '{') {
                int end = regex.indexOf('}', at);
                noteCharacter(unicode ? 0 : hexadecimal(at + 1, end), at);
                at = end < 0 ? regex.length() : end + 1;
            }
            return unicode ? UNICODE_CLASS_BYTES : 1 + utf8Bytes(character);
        }

        /** Returns the number between two braces; the largest character for what is none, which RE2/J refuses. */
        private int hexadecimal(int from, int to) {
            try {
                return Integer.parseInt(regex, from, Math.max(from, to), 16);
            } catch (NumberFormatException e) {
                return Character.MAX_CODE_POINT;
            }
        }

        private void characterClass() {
            int bytes = 1;
            at++;
            if (at < regex.length() && regex.charAt(at) == '^') {
                bytes++;
                at++;
            }
            boolean first = true; // a bracket that comes first is an ordinary character
            while (at < regex.length() && (first || regex.charAt(at) != ']')) {
                first = false;
                boolean isName = lastNameEnd >= at + 2 && regex.startsWith("[:", at);
                int named = isName ? regex.indexOf(":]", at + 2) : -1;
                int start = at;
                if (named >= 0) {
                    at = named + 2;
                    bytes += at - start;
                } else if (regex.charAt(at) == '\\') {
                    int escaped = escapeBytes();
                    bytes += Math.max(escaped, at - start);
                } else {
                    int character = regex.codePointAt(at);
                    noteCharacter(character, at);
                    bytes += utf8Bytes(character);
                    at += Character.charCount(character);
                }
            }
            at = Math.min(at + 1, regex.length());
            group.append(bytes + 1, 0);
        }

        /** Reads {@code {n}}, {@code {n,}} or {@code {n,m}}; anything else that begins like it is literal. */
        private void braces() {
            int start = at;
            int afterMin = digitsEnd(start + 1);
            boolean comma = afterMin < regex.length() && regex.charAt(afterMin) == ',';
            int end = comma ? digitsEnd(afterMin + 1) : afterMin;
            if (afterMin == start + 1 || end >= regex.length() || regex.charAt(end) != '}') {
                literal();
                return;
            }
            int min = number(start + 1, afterMin);
            int max = comma && end > afterMin + 1 ? number(afterMin + 1, end) : min;
            at = end + 1;
            boolean unbounded = comma && end == afterMin + 1;
            group.repeatLast(
                    Math.max(1, Math.max(min, max)) + (unbounded ? 1 : 0), 1 + Math.max(0, max - min), at - start);
        }

        private int digitsEnd(int from) {
            int end = from;
            while (end < regex.length() && regex.charAt(end) >= '0' && regex.charAt(end) <= '9') {
                end++;
            }
            return end;
        }

        /** Returns a count; what has more than six digits is so large that more makes no difference. */
        private int number(int from, int to) {
            return to - from > 6 ? 1_000_000 : Integer.parseInt(regex, from, to, 10);
        }
    }

    static int utf8Bytes(int character) {
        if (character < 0x80) {
            return 1;
        }
        return character < 0x800 ? 2 : character < 0x1_0000 ? 3 : 4;
    }
}
