package dev.polder.isolation;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The accounts of this host that tasks may run as. Owned by one thread, as it asks the system and remembers. */
final class Accounts {
    private static final long REMEMBERED_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** More names than this are not remembered; then all are forgotten. */
    private static final int REMEMBERED_MAX = 1_000;

    private final boolean root;
    private final String own;
    private final Map<String, Known> known = new HashMap<>();

    Accounts(boolean root, String own) {
        this.root = root;
        this.own = own;
    }

    /** The accounts as the owner of a file sees them that this process has just made. */
    static Accounts ofOwner(Path made) throws IOException {
        Object uid = Files.getAttribute(made, "unix:uid");
        return new Accounts(uid.equals(0), Files.getOwner(made).getName());
    }

    private record Known(Account account, long sinceNanos) {}

    /** Returns the account to switch to, or null if the task runs as the node does. */
    @Nullable
    Account toSwitchTo(@Nullable String name) throws IOException {
        if (name == null || name.equals(own)) {
            return null;
        }
        if (!root) {
            checkExists(name);
            return null;
        }
        Known remembered = known.get(name);
        if (remembered == null || System.nanoTime() - remembered.sinceNanos() > REMEMBERED_NANOS) {
            if (known.size() >= REMEMBERED_MAX) {
                known.clear();
            }
            remembered = new Known(Account.named(name), System.nanoTime());
            known.put(name, remembered);
        }
        return remembered.account();
    }

    private static void checkExists(String name) throws IOException {
        try {
            FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName(name);
        } catch (UserPrincipalNotFoundException absent) {
            throw new Account.UnknownException(name);
        }
    }
}
