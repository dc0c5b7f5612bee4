package dev.polder.offer;

import java.util.Collection;
import java.util.List;

/**
 * Decides who is offered what: dominant resource fairness between roles, by weight, then between the frameworks of a
 * role. Owned by one thread; it reads no clock, every method that needs the time is told it (monotonic milliseconds,
 * never going back).
 *
 * <pre>
 *  free --offer--&gt; OFFERED --accept--&gt; used --release--&gt; free
 *    ^---decline, rescind, timeout-----'
 * </pre>
 *
 * <p>For every agent, at every step: used + offered + free - overcommitted = total, and at most one of free and
 * overcommitted is not empty. Offers are made by {@link #run} alone; all other methods only change the books.
 */
public final class OfferEngine {
    public OfferEngine(OfferEngineConfig config) {}

    // ---- agents

    /** Adds an agent with all its resources free, offered from the next {@link #run} on; returns its index. */
    public int addAgent(Resources total) {
        throw new UnsupportedOperationException();
    }

    /** Replaces an agent's total; it may be smaller than what is in use. Its open offers are rescinded. */
    public void resizeAgent(int agent, Resources total, OfferSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Switches offers of this agent on or off; off rescinds those that are open. Nothing in use changes. */
    public void setAgentActive(int agent, boolean active, OfferSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Forgets an agent and everything in use on it; rescinds its offers. The index may be handed out again. */
    public void removeAgent(int agent, OfferSink sink) {
        throw new UnsupportedOperationException();
    }

    // ---- frameworks and roles

    /** Adds a framework that is offered resources under these roles, active, none suppressed; returns its index. */
    public int addFramework(Collection<String> roles) {
        throw new UnsupportedOperationException();
    }

    /** Replaces a framework's roles; offers under a role that it left are rescinded. What it uses stays charged. */
    public void setRoles(int framework, Collection<String> roles, OfferSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Switches a framework's offers on or off; off rescinds those that are open and forgets its filters. */
    public void setFrameworkActive(int framework, boolean active, OfferSink sink) {
        throw new UnsupportedOperationException();
    }

    /**
     * Forgets a framework; rescinds its offers. It must use nothing any more.
     *
     * @throws IllegalStateException if it still uses resources
     */
    public void removeFramework(int framework, OfferSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Sets a role's weight in thousandths (1000 is the default), 1 or more. */
    public void setWeight(String role, long weight) {
        throw new UnsupportedOperationException();
    }

    /** Stops offers of one role to a framework; offers already open stay. */
    public void suppress(int framework, String role) {
        throw new UnsupportedOperationException();
    }

    /** Ends suppression and all decline filters of one role, at once or when the revive interval has passed. */
    public void revive(long nowMs, int framework, String role) {
        throw new UnsupportedOperationException();
    }

    // ---- answers

    /** Returns the open offer, null if it was answered, rescinded or never made. */
    public @org.jspecify.annotations.Nullable Offer offer(long offerId) {
        throw new UnsupportedOperationException();
    }

    /**
     * Ends offers of one framework, role and agent by using {@code used} of them; the rest is free again, filtered for
     * {@code refuseMs} (0: no filter) if something was used, and for at least the reoffer delay if nothing was.
     *
     * @throws IllegalArgumentException if an offer is not open, they do not belong together, or do not cover {@code used}
     */
    public void accept(long nowMs, Collection<Long> offerIds, Resources used, long refuseMs) {
        throw new UnsupportedOperationException();
    }

    /** Ends one offer unused, with a filter of {@code refuseMs}, at least the reoffer delay. */
    public void decline(long nowMs, long offerId, long refuseMs) {
        throw new UnsupportedOperationException();
    }

    /** Takes an offer back; its resources are free at once and no filter is set. */
    public void withdraw(long offerId) {
        throw new UnsupportedOperationException();
    }

    // ---- what is in use

    /** Books resources as used without an offer: a task found at recovery. May overcommit the agent. */
    public void use(int framework, String role, int agent, Resources resources, OfferSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Gives back resources in use: a task has ended. */
    public void release(int framework, String role, int agent, Resources resources) {
        throw new UnsupportedOperationException();
    }

    // ---- the clock

    /**
     * Does all that is due at {@code nowMs}: times offers out, drops filters, performs waiting revives; then offers what
     * is free to whom it is due. Cheap when nothing changed since the last call.
     */
    public void run(long nowMs, OfferSink sink) {
        throw new UnsupportedOperationException();
    }

    /** Returns when {@link #run} next has something to do if nothing else happens; {@code Long.MAX_VALUE} for never. */
    public long nextDeadlineMs() {
        throw new UnsupportedOperationException();
    }

    // ---- books

    public Resources total(int agent) {
        throw new UnsupportedOperationException();
    }

    public Resources used(int agent) {
        throw new UnsupportedOperationException();
    }

    public Resources offered(int agent) {
        throw new UnsupportedOperationException();
    }

    public Resources free(int agent) {
        throw new UnsupportedOperationException();
    }

    public Resources overcommitted(int agent) {
        throw new UnsupportedOperationException();
    }

    /** Returns a framework's open offers in the order in which they were made. */
    public List<Offer> openOffers(int framework) {
        throw new UnsupportedOperationException();
    }

    /** Checks conservation and all indexes against each other; for tests and the simulation. */
    public void checkInvariants() {
        throw new UnsupportedOperationException();
    }

    /** Says, agent by agent, why a framework has no offer under a role now; empty if it has offers of every agent. */
    public List<Refusal> explain(long nowMs, int framework, String role) {
        throw new UnsupportedOperationException();
    }

    /** Why one agent's resources are not offered; the reason is stable, the detail is for people and has the numbers. */
    public record Refusal(int agent, Why why, String detail) {
        /** The rules by which an agent is passed over. */
        public enum Why {
            FRAMEWORK_INACTIVE,
            ROLE_NOT_SUBSCRIBED,
            SUPPRESSED,
            AGENT_INACTIVE,
            NOTHING_FREE,
            BELOW_MINIMUM,
            FILTERED,
            OTHERS_FIRST
        }
    }
}
