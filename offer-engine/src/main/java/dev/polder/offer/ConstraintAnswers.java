package dev.polder.offer;

import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Which agents the constraints of each subscription allow: asked once for each pair, since regular expressions are slow
 * and agents seldom change. Owned by the engine's thread; two bits for each pair with constraints.
 */
final class ConstraintAnswers {
    private final Agents agents;
    private final Subscriptions subscriptions;
    private @Nullable OfferConstraints[] asked = {};
    private BitSet[] known = {};
    private BitSet[] allowed = {};

    ConstraintAnswers(Agents agents, Subscriptions subscriptions) {
        this.agents = agents;
        this.subscriptions = subscriptions;
    }

    boolean allows(int subscription, int agent) {
        if (!subscriptions.isConstrained(subscription)) {
            return true;
        }
        OfferConstraints constraints = subscriptions.constraints(subscription);
        if (subscription >= asked.length) {
            int before = asked.length;
            asked = Arrays.copyOf(asked, FreeList.rowsFor(subscription));
            known = Arrays.copyOf(known, asked.length);
            allowed = Arrays.copyOf(allowed, asked.length);
            for (int i = before; i < asked.length; i++) {
                known[i] = new BitSet();
                allowed[i] = new BitSet();
            }
        }
        if (!constraints.equals(asked[subscription])) {
            asked[subscription] = constraints;
            known[subscription].clear();
        }
        if (!known[subscription].get(agent)) {
            known[subscription].set(agent);
            allowed[subscription].set(agent, constraints.allows(agents.profile(agent)));
        }
        return allowed[subscription].get(agent);
    }

    /** Forgets what is known of an agent: it has become another, or is gone. */
    void forgetAgent(int agent) {
        for (BitSet bits : known) {
            bits.clear(agent);
        }
    }
}
