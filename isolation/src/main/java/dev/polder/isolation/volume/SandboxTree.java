package dev.polder.isolation.volume;

import dev.polder.isolation.Account;
import dev.polder.isolation.image.HostCommand;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A container's sandbox, in which its user may change everything at any time. What is missing is made with that user's
 * rights, so that a link leads nowhere where the user could not go alone.
 */
final class SandboxTree {
    private final Path sandbox;
    private final Optional<Account> user;

    /** {@code user} is empty for the node's own account. */
    SandboxTree(Path sandbox, Optional<Account> user) {
        this.sandbox = sandbox;
        this.user = user;
    }

    /** Finds something, or makes a directory where there is nothing. */
    FoundFile findOrMake(Path relative) throws IOException {
        FoundFile found = FoundFile.below(sandbox, relative);
        return found == null ? made(relative, true) : found;
    }

    /** Sees to it that there is something to mount on, of that kind. */
    void makeTarget(Path relative, boolean directory) throws IOException {
        FoundFile found = FoundFile.below(sandbox, relative);
        if (found == null) {
            Path parent = relative.getParent();
            if (!directory && parent != null) {
                makeTarget(parent, true);
            }
            found = made(relative, directory);
        }
        if (found.directory() != directory) {
            throw new IOException("'" + relative + "' in the sandbox is a " + (directory ? "file" : "directory")
                    + ", and what is to be mounted there is not");
        }
    }

    private FoundFile made(Path relative, boolean directory) throws IOException {
        List<String> words = new ArrayList<>();
        HostCommand program = HostCommand.get(directory ? "mkdir" : "touch");
        if (user.isPresent()) {
            words.addAll(List.of(
                    "--reuid=" + user.get().uid(),
                    "--regid=" + user.get().gid(),
                    "--init-groups",
                    "--",
                    program.program().toString()));
            program = HostCommand.get("setpriv");
        }
        if (directory) {
            words.add("-p");
        }
        words.addAll(List.of("--", relative.toString()));
        program.run(sandbox, words.toArray(new String[0]));
        FoundFile found = FoundFile.below(sandbox, relative);
        if (found == null) {
            throw new IOException("'" + relative + "' was made in the sandbox, and is gone");
        }
        return found;
    }
}
