package dev.polder.framework;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * Which master to ask next, and when: those of the list in turn, after 20 ms, doubling to 1 s as long as nobody takes us.
 * Owned by the event loop.
 */
final class MasterSearch {
    static final Duration DELAY_MIN = Duration.ofMillis(20);
    static final Duration DELAY_MAX = Duration.ofSeconds(1);

    private final List<InetSocketAddress> masters;
    private InetSocketAddress current;
    private int index;
    private Duration delay = DELAY_MIN;
    private boolean redirected;

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
        current = masters.get(index);
        redirected = false;
        return takeDelay();
    }

    /** Moves to the leader that a master named; at once, unless masters send us around. */
    Duration redirectTo(InetSocketAddress leader) {
        current = leader;
        for (int i = 0; i < masters.size(); i++) {
            // resolved and unresolved addresses are never equal
            boolean same = masters.get(i).getHostString().equals(leader.getHostString())
                    && masters.get(i).getPort() == leader.getPort();
            index = same ? i : index;
        }
        boolean again = redirected;
        redirected = true;
        return again ? takeDelay() : Duration.ZERO;
    }

    /** Notes that the current master has been our leader for a while. */
    void settled() {
        delay = DELAY_MIN;
        redirected = false;
    }

    private Duration takeDelay() {
        Duration taken = delay;
        Duration doubled = delay.multipliedBy(2);
        delay = doubled.compareTo(DELAY_MAX) > 0 ? DELAY_MAX : doubled;
        return taken;
    }
}
