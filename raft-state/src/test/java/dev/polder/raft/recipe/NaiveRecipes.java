package dev.polder.raft.recipe;

import dev.polder.raft.recipe.Refusal.Rule;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * What {@link RecipeState} is to do, written down as plainly as can be: whole maps are copied, nothing is bounded but
 * what the tests bound. Shares nothing with it but the nouns.
 */
final class NaiveRecipes {
    private static final Comparator<String> BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));

    NavigableMap<String, KeyEntry> keys = new TreeMap<>(BYTES);
    final Map<Long, NaiveLease> leases = new TreeMap<>();
    final List<Change> changes = new ArrayList<>();
    long revision;
    private long lastLease;
    private long nowMs;
    private long beganMs;

    static final class NaiveLease {
        final long ttlMs;
        final long grantedMs;
        final Long nonce;
        final Map<Long, Outcome> outcomes = new HashMap<>();
        long lastCall;

        NaiveLease(long ttlMs, long grantedMs, Long nonce) {
            this.ttlMs = ttlMs;
            this.grantedMs = grantedMs;
            this.nonce = nonce;
        }
    }

    private static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1;
        private final transient Rule rule;

        RefusedException(Rule rule) {
            this.rule = rule;
        }
    }

    /** Returns the outcome; of a refusal only the rule counts. */
    Outcome apply(long term, long timeMs, Command command) {
        nowMs = Math.max(nowMs, timeMs);
        if (command instanceof Command.Begin begin) {
            beganMs = begin.term() == term ? nowMs : beganMs;
        } else if (command instanceof Command.Expire expire) {
            for (LeaseId id : expire.leases()) {
                NaiveLease lease = leases.get(id.number());
                if (expire.term() == term
                        && lease != null
                        && nowMs >= Math.max(lease.grantedMs, beganMs) + lease.ttlMs) {
                    endLease(id.number());
                }
            }
        } else if (command instanceof Command.Open open) {
            return open(open);
        } else {
            return call((Command.Call) command);
        }
        return new Outcome.Noted();
    }

    private Outcome open(Command.Open open) {
        for (Map.Entry<Long, NaiveLease> lease : leases.entrySet()) {
            if (lease.getValue().nonce != null && lease.getValue().nonce == open.nonce()) {
                return new Outcome.Opened(new LeaseId(lease.getKey()), lease.getValue().ttlMs);
            }
        }
        leases.put(++lastLease, new NaiveLease(open.ttlMs(), nowMs, open.nonce()));
        return new Outcome.Opened(new LeaseId(lastLease), open.ttlMs());
    }

    private static Outcome refused(Rule rule) {
        return new Outcome.Refused(Refusal.of(rule, ""));
    }

    private Outcome call(Command.Call call) {
        NaiveLease session = leases.get(call.session().number());
        if (session == null || session.nonce == null) {
            return refused(Rule.SESSION_ENDED);
        }
        if (call.number() > session.lastCall + 1) {
            return refused(Rule.OUT_OF_ORDER);
        }
        if (call.number() <= session.lastCall) {
            Outcome outcome = session.outcomes.get(call.number());
            return outcome == null ? refused(Rule.FORGOTTEN) : outcome;
        }
        session.outcomes.keySet().removeIf(number -> number <= call.acknowledged());
        Outcome outcome = perform(call);
        session.lastCall = call.number();
        session.outcomes.put(call.number(), outcome);
        return outcome;
    }

    private Outcome perform(Command.Call call) {
        Request request = call.request();
        if (request instanceof Request.Grant grant) {
            leases.put(++lastLease, new NaiveLease(grant.ttlMs(), nowMs, null));
            return new Outcome.Granted(new LeaseId(lastLease), grant.ttlMs());
        }
        if (request instanceof Request.Transact transact) {
            NavigableMap<String, KeyEntry> before = keys;
            keys = new TreeMap<>(before);
            try {
                return transact(transact.txn());
            } catch (RefusedException e) {
                keys = before;
                return refused(e.rule);
            }
        }
        long lease = request instanceof Request.Revoke revoke
                ? revoke.lease().number()
                : call.session().number();
        if (!leases.containsKey(lease)) {
            return refused(Rule.NO_LEASE);
        }
        int count = endLease(lease);
        return new Outcome.Revoked(revision, count);
    }

    private int endLease(long id) {
        List<KeyEvent> events = new ArrayList<>();
        for (KeyEntry entry : new ArrayList<>(keys.values())) {
            if (entry.lease().number() == id) {
                events.add(new KeyEvent(KeyEvent.Kind.DELETE, entry));
                keys.remove(entry.key());
            }
        }
        leases.remove(id);
        commit(events);
        return events.size();
    }

    private void commit(List<KeyEvent> events) {
        if (!events.isEmpty()) {
            changes.add(new Change(++revision, events));
        }
    }

    private Outcome transact(Txn txn) throws RefusedException {
        boolean held = txn.conditions().stream().allMatch(this::holds);
        List<OpResult> results = new ArrayList<>();
        List<KeyEvent> events = new ArrayList<>();
        Set<String> changed = new HashSet<>();
        for (Op op : held ? txn.then() : txn.otherwise()) {
            results.add(perform(op, events, changed));
        }
        commit(events);
        return new Outcome.Done(new TxnResult(held, revision, results));
    }

    private boolean holds(Compare condition) {
        KeyEntry entry = keys.get(condition.key());
        int order = switch (condition.target()) {
            case VALUE ->
                entry == null
                        ? 7
                        : Arrays.compareUnsigned(
                                entry.value().bytes(), condition.value().bytes());
            case VERSION -> Long.compare(entry == null ? 0 : entry.version(), condition.number());
            case CREATE_REVISION -> Long.compare(entry == null ? 0 : entry.createRevision(), condition.number());
            case MOD_REVISION -> Long.compare(entry == null ? 0 : entry.modRevision(), condition.number());
            case LEASE -> Long.compare(entry == null ? 0 : entry.lease().number(), condition.number());
        };
        if (condition.target() == Compare.Target.VALUE && entry == null) {
            return false;
        }
        return switch (condition.relation()) {
            case EQUAL -> order == 0;
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case GREATER -> order > 0;
        };
    }

    private OpResult perform(Op op, List<KeyEvent> events, Set<String> changed) throws RefusedException {
        if (op instanceof Op.Read read) {
            List<KeyEntry> found = within(read.range());
            if (read.descending()) {
                Collections.reverse(found);
            }
            int count = Math.min(found.size(), read.countMax());
            return new OpResult.Found(found.subList(0, count), count < found.size());
        }
        if (op instanceof Op.Delete delete) {
            List<KeyEntry> found = within(delete.range());
            for (KeyEntry entry : found) {
                changeOnce(entry.key(), changed);
                keys.remove(entry.key());
                events.add(new KeyEvent(KeyEvent.Kind.DELETE, entry));
            }
            return new OpResult.Deleted(found.size());
        }
        if (op instanceof Op.Put put) {
            return write(put.key(), put.value(), put.lease(), events, changed);
        }
        if (op instanceof Op.Append append) {
            String key = append.prefix() + String.format("%019d", revision + 1);
            return write(key, append.value(), append.lease(), events, changed);
        }
        Op.Add add = (Op.Add) op;
        KeyEntry entry = keys.get(add.key());
        long sum;
        try {
            long number = entry == null ? 0 : Long.parseLong(entry.value().text());
            sum = Math.addExact(number, add.delta());
        } catch (NumberFormatException e) {
            throw new RefusedException(Rule.NOT_A_NUMBER);
        } catch (ArithmeticException e) {
            throw new RefusedException(Rule.OVERFLOW);
        }
        write(add.key(), Value.of(sum), entry == null ? LeaseId.NONE : entry.lease(), events, changed);
        return new OpResult.Sum(sum);
    }

    private OpResult write(String key, Value value, LeaseId lease, List<KeyEvent> events, Set<String> changed)
            throws RefusedException {
        changeOnce(key, changed);
        if (!lease.isNone() && !leases.containsKey(lease.number())) {
            throw new RefusedException(Rule.NO_LEASE);
        }
        KeyEntry old = keys.get(key);
        KeyEntry entry = new KeyEntry(
                key,
                value,
                old == null ? revision + 1 : old.createRevision(),
                revision + 1,
                old == null ? 1 : old.version() + 1,
                lease);
        keys.put(key, entry);
        events.add(new KeyEvent(KeyEvent.Kind.PUT, entry));
        return new OpResult.Written(key, entry.version());
    }

    private static void changeOnce(String key, Set<String> changed) throws RefusedException {
        if (!changed.add(key)) {
            throw new RefusedException(Rule.CHANGED_TWICE);
        }
    }

    private List<KeyEntry> within(KeyRange range) {
        List<KeyEntry> found = new ArrayList<>();
        for (KeyEntry entry : keys.values()) {
            if (range.contains(entry.key())) {
                found.add(entry);
            }
        }
        return found;
    }
}
