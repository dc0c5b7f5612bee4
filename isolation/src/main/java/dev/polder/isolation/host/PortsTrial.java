package dev.polder.isolation.host;

import dev.polder.isolation.Ability;
import dev.polder.isolation.Isolator;
import dev.polder.isolation.network.PortsIsolator;
import java.io.IOException;
import java.util.Optional;

/**
 * What came of looking for who listens.
 *
 * @param isolator watches containers; empty if it is not wanted, or refused
 * @param detail how it does so, or why there is none
 */
record PortsTrial(Optional<Isolator> isolator, String detail) {
    /** Looks for it if it is wanted. */
    static PortsTrial of(IsolationSettings settings, Optional<HostIsolation.PortsPlace> place) {
        if (!settings.wanted().contains(IsolatorName.NETWORK_PORTS)) {
            return refused("not wanted");
        }
        if (place.isEmpty()) {
            return refused("this node has no place for notes on ports");
        }
        PortsSettings asked = place.get().settings();
        try {
            Isolator isolator = PortsIsolator.open(new PortsIsolator.Settings(
                    place.get().directory(),
                    place.get().threadName(),
                    asked.watchInterval(),
                    asked.enforces(),
                    asked.checked(place.get().ofAgent())));
            return new PortsTrial(Optional.of(isolator), asked.enforces() ? "enforced" : "said in the log");
        } catch (IOException e) {
            return refused("it cannot be seen who listens: " + e);
        }
    }

    private static PortsTrial refused(String why) {
        return new PortsTrial(Optional.empty(), why);
    }

    Ability ability() {
        return new Ability(IsolatorName.NETWORK_PORTS.toString(), isolator.isPresent(), detail);
    }

    void close() {
        isolator.ifPresent(Isolator::close);
    }
}
