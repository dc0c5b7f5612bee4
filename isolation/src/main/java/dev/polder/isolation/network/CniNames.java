package dev.polder.isolation.network;

import dev.polder.isolation.json.JsonException;
import dev.polder.isolation.json.JsonValue;
import java.util.regex.Pattern;

/** What names may look like. They become parts of paths, so none may lead elsewhere. */
final class CniNames {
    private static final int NAME_LENGTH_MAX = 128;
    private static final String NAME_RULE =
            "must be of letters, digits, '_', '.' and '-', begin with a letter or digit and have at most NAME_LENGTH_MAX="
                    + NAME_LENGTH_MAX + " characters";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0," + (NAME_LENGTH_MAX - 1) + "}");
    /** As the kernel has it: IFNAMSIZ is 16, with the zero at the end. */
    private static final Pattern INTERFACE = Pattern.compile("[!-~&&[^/:]]{1,15}");

    private CniNames() {}

    /** Returns the text there, which must be the name of a network or of a plug-in. */
    static String name(JsonValue value) throws JsonException {
        String name = value.text();
        if (!NAME.matcher(name).matches()) {
            throw new JsonException(value.place() + " is '" + name + "'; it " + NAME_RULE);
        }
        return name;
    }

    static String requireNetwork(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("network name '" + name + "' " + NAME_RULE);
        }
        return name;
    }

    static String requireInterface(String name) {
        if (!INTERFACE.matcher(name).matches() || name.equals(".") || name.equals("..")) {
            throw new IllegalArgumentException("interface name '" + name
                    + "' must have 1 to 15 printable ASCII characters, no '/', no ':', and be neither '.' nor '..'");
        }
        return name;
    }
}
