package dev.polder.api;

import dev.polder.master.MasterPort;

/** What the handlers of a master's port have in common. */
record ApiContext(ApiConfig config, MasterPort master, Timers timers, ApiCounters counters) {}
