package dev.polder.samples.launcher;

/** Something went wrong that the user of a command can understand from its message alone. */
final class LauncherException extends Exception {
    private static final long serialVersionUID = 1L;

    LauncherException(String message) {
        super(message);
    }
}
