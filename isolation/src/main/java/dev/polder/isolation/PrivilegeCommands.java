package dev.polder.isolation;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How {@code prlimit} and {@code setpriv} of util-linux are told whose a process is and what it may do. */
public final class PrivilegeCommands {
    /** The option of {@code setpriv} that shuts the way to more rights. */
    public static final String NO_NEW_PRIVILEGES = "--no-new-privs";

    private static final String RLIMIT = "RLIMIT_";

    private PrivilegeCommands() {}

    /** Returns the words that come before the program and its arguments. */
    public static List<String> prlimit(Path prlimit, List<Rlimit> limits) {
        List<String> words = new ArrayList<>();
        words.add(prlimit.toString());
        for (Rlimit limit : limits) {
            String name = limit.type().substring(RLIMIT.length()).toLowerCase(Locale.ROOT);
            words.add("--" + name + "=" + value(limit.soft()) + ":" + value(limit.hard()));
        }
        words.add("--");
        return words;
    }

    private static String value(long limit) {
        return limit == Rlimit.UNLIMITED ? "unlimited" : Long.toUnsignedString(limit);
    }

    /**
     * Likewise.
     *
     * @param account whose the process becomes, null for nobody else's
     */
    static List<String> setpriv(Path setpriv, @Nullable Account account, Privileges privileges) {
        List<String> words = new ArrayList<>();
        words.add(setpriv.toString());
        if (account != null) {
            words.addAll(List.of("--reuid=" + account.uid(), "--regid=" + account.gid(), "--init-groups"));
        }
        words.addAll(options(account == null || account.uid() == 0, privileges));
        words.add("--");
        return words;
    }

    /**
     * Returns the options of {@code setpriv} that give and take rights; none for the usual ones. What a user shall keep
     * beyond the change must be ambient; root gets all within the bound unless it is told not to.
     */
    public static List<String> options(boolean root, Privileges privileges) {
        List<String> options = new ArrayList<>();
        if (privileges.hasCapabilities()) {
            Set<Capability> kept = privileges.effective().orElse(Set.of());
            options.add("--inh-caps=" + only(kept));
            if (privileges.effective().isPresent()) {
                options.add("--ambient-caps=" + only(kept));
            }
            privileges.bounding().ifPresent(bounding -> options.add("--bounding-set=" + only(bounding)));
            if (root
                    && privileges.effective().isPresent()
                    && !privileges.effective().equals(privileges.bounding())) {
                options.add("--securebits=+noroot,+noroot_locked");
            }
        }
        if (privileges.noNewPrivileges()) {
            options.add(NO_NEW_PRIVILEGES);
        }
        return options;
    }

    private static String only(Set<Capability> these) {
        return these.stream().map(each -> ",+" + each.toolName()).collect(Collectors.joining("", "-all", ""));
    }
}
