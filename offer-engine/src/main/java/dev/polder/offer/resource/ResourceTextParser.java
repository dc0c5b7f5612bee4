package dev.polder.offer.resource;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;

/** Reads {@code name(role):value} again and again, separated by semicolons. For one text. */
final class ResourceTextParser {
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d{1,9})?");
    private static final String BRACKETS = "[]{}()";

    /** More digits than any number has that is in range. */
    private static final int DIGITS_MAX = 19;

    private final String text;
    private final String defaultRole;

    /** The next character to be read. */
    private int at;

    ResourceTextParser(String text, String defaultRole) {
        this.text = text;
        this.defaultRole = defaultRole;
    }

    /** Hands over each resource in turn; the value is absent if it is 0, no range or no item. */
    void parse(BiConsumer<ResourceId, Optional<Value>> sink) {
        while (true) {
            skip(";");
            if (at == text.length()) {
                return;
            }
            int start = at;
            try {
                parseOne(sink);
            } catch (ResourceSyntaxException e) {
                throw e;
            } catch (IllegalArgumentException | ArithmeticException e) {
                throw problem(start, e);
            }
        }
    }

    private void parseOne(BiConsumer<ResourceId, Optional<Value>> sink) {
        int start = at;
        String name = untilOneOf("(:;");
        if (name.isEmpty()) {
            throw expected("the name of a resource");
        }
        int equals = text.indexOf('=', start);
        if (equals >= 0 && equals < at && !isNext(':')) {
            throw problem(equals, "expected ':' and a value, found '='");
        }
        String role = isNext('(') ? role() : defaultRole;
        require(':', "':' and a value");
        skipBlanks();
        ResourceKind kind = isNext('[') ? ResourceKind.RANGES : isNext('{') ? ResourceKind.SET : ResourceKind.SCALAR;
        ResourceId plain = ResourceId.of(name, kind);
        ResourceId id = role.equals(RolePath.ANY) ? plain : plain.pushed(Reservation.ofOperator(role));
        Optional<Value> value = switch (kind) {
            case SCALAR -> scalar(name);
            case RANGES -> ranges();
            case SET -> set();
        };
        skipBlanks();
        if (at < text.length() && !isNext(';')) {
            throw expected("';' or the end");
        }
        sink.accept(id, value);
    }

    private String role() {
        at++;
        skipBlanks();
        int start = at;
        String role = untilOneOf("():;");
        RolePath.problem(role).ifPresent(problem -> {
            throw problem(start, problem);
        });
        require(')', "')' after the role");
        return role;
    }

    private Optional<Value> scalar(String name) {
        int start = at;
        // blanks within a number do not count, as in Mesos
        String number = untilOneOf(";").replaceAll("\\s", "");
        if (!NUMBER.matcher(number).matches()) {
            String found = number.isEmpty() ? found(at) : "'" + Texts.beginning(number) + "'";
            throw problem(start, "expected a number, ranges in [] or a set in {}, found " + found);
        }
        try {
            long thousandths = Thousandths.of(name, Double.parseDouble(number), Texts.beginning(number));
            return thousandths == 0 ? Optional.empty() : Optional.of(new Value.Amount(thousandths));
        } catch (IllegalArgumentException e) {
            throw problem(start, e);
        }
    }

    private Optional<Value> ranges() {
        at++;
        List<Ranges.Range> ranges = new ArrayList<>();
        skip(",");
        while (!isNext(']')) {
            int start = at;
            long begin = wholeNumber();
            require('-', "'-' and the end of the range");
            long end = wholeNumber();
            try {
                ranges.add(new Ranges.Range(begin, end));
            } catch (IllegalArgumentException e) {
                throw problem(start, e);
            }
            skipBlanks();
            if (!isNext(']') && !isNext(',')) {
                throw expected("',' or ']'");
            }
            skip(",");
        }
        at++;
        return ranges.isEmpty() ? Optional.empty() : Optional.of(new Value.Numbers(Ranges.of(ranges)));
    }

    private long wholeNumber() {
        skipBlanks();
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        if (at == start) {
            throw expected("a whole number");
        }
        if (at - start > DIGITS_MAX) {
            throw problem(start, tooLarge(start));
        }
        try {
            return Long.parseLong(text.substring(start, at));
        } catch (NumberFormatException e) {
            throw problem(start, tooLarge(start));
        }
    }

    private String tooLarge(int start) {
        return "number " + text.substring(start, at) + " is above NUMBER_MAX=" + Ranges.NUMBER_MAX;
    }

    private Optional<Value> set() {
        at++;
        SortedSet<String> items = new TreeSet<>();
        skip(",");
        while (!isNext('}')) {
            int start = at;
            String item = untilOneOf(",;" + BRACKETS).replaceAll("\\s", "");
            if (at == text.length() || (!isNext('}') && !isNext(','))) {
                throw expected("',' or '}'");
            }
            if (!items.add(item)) {
                throw problem(start, "item '" + item + "' is there twice");
            }
            skip(",");
        }
        at++;
        return items.isEmpty() ? Optional.empty() : Optional.of(new Value.Items(items));
    }

    // ---- characters

    /** Returns what comes before one of these characters, or the end, without blanks around it. */
    private String untilOneOf(String ends) {
        int start = at;
        while (at < text.length() && ends.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        return text.substring(start, at).strip();
    }

    private void skipBlanks() {
        skip("");
    }

    /** Skips blanks and these characters. */
    private void skip(String characters) {
        while (at < text.length()
                && (Character.isWhitespace(text.charAt(at)) || characters.indexOf(text.charAt(at)) >= 0)) {
            at++;
        }
    }

    private boolean isNext(char c) {
        return at < text.length() && text.charAt(at) == c;
    }

    private void require(char c, String what) {
        skipBlanks();
        if (!isNext(c)) {
            throw expected(what);
        }
        at++;
    }

    private ResourceSyntaxException expected(String what) {
        return problem(at, "expected " + what + ", found " + found(at));
    }

    private String found(int position) {
        return position == text.length() ? "the end" : "'" + text.charAt(position) + "'";
    }

    private ResourceSyntaxException problem(int position, String problem) {
        return ResourceSyntaxException.at(text, position, problem);
    }

    private ResourceSyntaxException problem(int position, RuntimeException broken) {
        return ResourceSyntaxException.at(text, position, broken);
    }
}
