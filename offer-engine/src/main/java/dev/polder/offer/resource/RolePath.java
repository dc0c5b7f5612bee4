package dev.polder.offer.resource;

import java.util.Optional;

/**
 * The names of roles: {@code *}, or components separated by slashes, of which each names a child of the role before
 * ({@code eng/build}).
 */
public final class RolePath {
    /** The role of those who have none: resources are never reserved for it, and it is nobody's ancestor. */
    public static final String ANY = "*";

    private RolePath() {}

    /** Returns what is wrong with a role's name, if anything is: {@code role 'a//b': empty component at index 2}. */
    public static Optional<String> problem(String role) {
        if (role.equals(ANY)) {
            return Optional.empty();
        }
        if (role.isEmpty()) {
            return Optional.of("role '': must not be empty");
        }
        int start = 0;
        while (start <= role.length()) {
            int slash = role.indexOf('/', start);
            int end = slash < 0 ? role.length() : slash;
            String problem = problemOfComponent(role.substring(start, end));
            if (!problem.isEmpty()) {
                return Optional.of("role '" + Texts.printable(role) + "': " + problem + " at index " + start);
            }
            start = end + 1;
        }
        return Optional.empty();
    }

    /**
     * Returns the role if its name is valid.
     *
     * @throws IllegalArgumentException with the words of {@link #problem} if it is not
     */
    public static String requireValid(String role) {
        problem(role).ifPresent(problem -> {
            throw new IllegalArgumentException(problem);
        });
        return role;
    }

    /** Tells whether {@code role} lies below {@code ancestor}: {@code eng} is an ancestor of {@code eng/build}. */
    public static boolean isAncestor(String ancestor, String role) {
        int length = ancestor.length();
        return role.length() > length && role.charAt(length) == '/' && role.startsWith(ancestor);
    }

    /** Returns the role above this one, if it is not a topmost one. */
    public static Optional<String> parent(String role) {
        int slash = role.lastIndexOf('/');
        return slash < 0 ? Optional.empty() : Optional.of(role.substring(0, slash));
    }

    /** Returns what is wrong with one component, empty if nothing is. */
    private static String problemOfComponent(String component) {
        if (component.isEmpty()) {
            return "empty component";
        }
        if (component.equals(".") || component.equals("..") || component.equals(ANY)) {
            return "component '" + component + "' is not allowed";
        }
        if (component.startsWith("-")) {
            return "component '" + component + "' starts with a dash";
        }
        for (int i = 0; i < component.length(); i++) {
            char c = component.charAt(i);
            if (c == 0x7f || c == ' ' || (c >= 0x09 && c <= 0x0d)) {
                return "component with character " + Texts.codeOf(c) + " (white space or DEL)";
            }
        }
        return "";
    }
}
