package dev.polder.framework;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which master to ask next, and when: those of the list one right after the other, for most refuse at once. Between two
 * such rounds it waits 20 ms, for as long as an election takes; then twice as long each time, up to 1 s.
 * One that fell silent is passed over for a while: it would cost a whole time-out to hear nothing again.
 * Owned by the event loop.
 */
final class MasterSearch {
    static final Duration DELAY_MIN = Duration.ofMillis(20);
    static final Duration DELAY_MAX = Duration.ofSeconds(1);
    /** So many rounds are {@link #DELAY_MIN} apart. */
    static final int QUICK_ROUNDS = 10;
    /** A silent master is passed over until so much was waited: another one leads by then. */
    static final Duration AVOIDED = Duration.ofSeconds(5);

    private final List<InetSocketAddress> masters;
    private InetSocketAddress current;
    private int index;
    private Duration delay = DELAY_MIN;
    /** How often nobody took us since we were settled. */
    private int asked;

    private boolean redirected;
    private @Nullable InetSocketAddress silent;
    private Duration avoidedFor = Duration.ZERO;

    MasterSearch(List<InetSocketAddress> masters) {
        if (masters.isEmpty()) {
            throw new IllegalArgumentException("no master address is given, at least one is needed");
        }
        this.masters = List.copyOf(masters);
        this.current = masters.get(0);
    }

    InetSocketAddress current() {
        return current;
    }

    /** Moves on to the next master and returns how long to wait before asking it. */
    Duration next() {
        index = (index + 1) % masters.size();
        if (masters.size() > 1 && passesOver(masters.get(index))) {
            index = (index + 1) % masters.size();
        }
        current = masters.get(index);
        redirected = false;
        return takeDelay();
    }

    /** Notes that the current master does not answer although it is connected. */
    void silent() {
        silent = current;
        avoidedFor = AVOIDED;
    }

    private boolean passesOver(InetSocketAddress master) {
        InetSocketAddress avoided = silent;
        return avoided != null && same(avoided, master) && avoidedFor.compareTo(Duration.ZERO) > 0;
    }

    /** Moves to the leader that a master named; at once, unless masters send us around. */
    Duration redirectTo(InetSocketAddress leader) {
        if (masters.size() > 1 && passesOver(leader)) {
            return next(); // whoever names it has not noticed yet
        }
        current = leader;
        for (int i = 0; i < masters.size(); i++) {
            index = same(masters.get(i), leader) ? i : index;
        }
        boolean again = redirected;
        redirected = true;
        return again ? takeDelay() : Duration.ZERO;
    }

    /** Notes that the current master has been our leader for a while. */
    void settled() {
        delay = DELAY_MIN;
        asked = 0;
        redirected = false;
        silent = null;
    }

    /**
     * Resolved and unresolved addresses are never equal. A name that was not looked up and an address are taken for two
     * masters.
     */
    private static boolean same(InetSocketAddress one, InetSocketAddress other) {
        return one.getPort() == other.getPort()
                && (one.getHostString().equals(other.getHostString())
                        || addressText(one).equals(addressText(other)));
    }

    private static String addressText(InetSocketAddress master) {
        InetAddress resolved = master.getAddress();
        return resolved == null ? master.getHostString() : resolved.getHostAddress();
    }

    private Duration takeDelay() {
        asked++;
        if (asked % masters.size() != 0) {
            return Duration.ZERO;
        }
        Duration taken = delay;
        if (asked / masters.size() >= QUICK_ROUNDS) {
            Duration doubled = delay.multipliedBy(2);
            delay = doubled.compareTo(DELAY_MAX) > 0 ? DELAY_MAX : doubled;
        }
        avoidedFor = avoidedFor.minus(taken);
        return taken;
    }
}
