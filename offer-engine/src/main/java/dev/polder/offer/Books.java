package dev.polder.offer;

/** All that an engine keeps, for those who read across it. Owned by the engine's thread. */
record Books(
        OfferEngineConfig config,
        Deadlines deadlines,
        Filters filters,
        Agents agents,
        Subscriptions subscriptions,
        OpenOffers offers) {

    static Books empty(OfferEngineConfig config) {
        Deadlines deadlines = new Deadlines();
        Filters filters = new Filters(deadlines);
        return new Books(
                config,
                deadlines,
                filters,
                new Agents(config.minimum()),
                new Subscriptions(filters, deadlines, config.reviveIntervalMs()),
                new OpenOffers());
    }

    Roles roles() {
        return subscriptions.roles;
    }
}
