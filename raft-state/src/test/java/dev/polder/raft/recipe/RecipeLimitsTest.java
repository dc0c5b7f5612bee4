package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.ReplicatedLog;
import dev.polder.raft.recipe.Refusal.Rule;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Each limit, refused in words. */
class RecipeLimitsTest extends OnOneState {
    // ---- limits

    @Test
    void shouldRefuseWhatIsAboveALimitInWords() {
        limit(Limit.KEY_BYTES_MAX, 20);
        assertThat(refusal(transact(Op.put("k".repeat(21), Value.EMPTY))).words())
                .isEqualTo("key of bytes: 21, at most keyBytesMax=20");
        assertThat(refusal(transact(new Op.Append("qq", Value.EMPTY, LeaseId.NONE)))
                        .words())
                .isEqualTo("key of bytes: 21, at most keyBytesMax=20");
        limit(Limit.VALUE_BYTES_MAX, 10);
        assertThat(refusal(transact(Op.put("k", text(11)))).words())
                .isEqualTo("value of 'k' of bytes: 11, at most valueBytesMax=10");
        limit(Limit.COMMAND_BYTES_MAX, 100);
        assertThat(refusal(transact(IntStream.range(0, 10)
                                .mapToObj(i -> Op.put("k" + i, text(10)))
                                .toArray(Op[]::new)))
                        .limit())
                .isEqualTo("commandBytesMax");
        limit(Limit.COMMAND_BYTES_MAX, 100_000);
        limit(Limit.STEPS_MAX, 2);
        assertThat(refusal(transact(Op.delete("a"), Op.delete("b"), Op.delete("c")))
                        .words())
                .isEqualTo("steps of a transaction: 3, at most stepsMax=2");
        limit(Limit.KEYS_MAX, 2);
        done(Op.put("a", Value.EMPTY), Op.put("b", Value.EMPTY));
        assertThat(refusal(transact(Op.put("c", Value.EMPTY))).words()).isEqualTo("keys: 3, at most keysMax=2");
        done(Op.put("a", text(9)));
        limit(Limit.BYTES_MAX, 12);
        assertThat(refusal(transact(Op.put("a", text(10)), Op.put("b", text(1))))
                        .words())
                .isEqualTo("bytes of keys and values: 13, at most bytesMax=12");
        limit(Limit.DELETED_KEYS_MAX, 1);
        assertThat(refusal(transact(new Op.Delete(KeyRange.ALL))).words())
                .isEqualTo("keys to delete: 2, at most deletedKeysMax=1");
        assertThat(refusal(transact(Op.put("", Value.EMPTY))).words())
                .isEqualTo("key '': has no bytes, must have at least 1");
    }

    @Test
    void shouldRefuseLeasesAboveTheirLimitsInWords() {
        limit(Limit.LEASE_KEYS_MAX, 1);
        done(new Op.Put("a", Value.EMPTY, session));
        assertThat(refusal(transact(new Op.Put("b", Value.EMPTY, session))).words())
                .isEqualTo("keys of lease 1: 2, at most leaseKeysMax=1");
        done(new Op.Put("a", Value.of("again"), session));
        limit(Limit.TTL_MS_MIN, 500);
        limit(Limit.TTL_MS_MAX, 2_000);
        assertThat(refusal(call(new Request.Grant(499))).words()).isEqualTo("lease of ms: 499, at least ttlMsMin=500");
        assertThat(refusal(call(new Request.Grant(2_001))).words())
                .isEqualTo("lease of ms: 2001, at most ttlMsMax=2000");
        limit(Limit.LEASES_MAX, 1);
        assertThat(refusal(call(new Request.Grant(1_000))).words()).isEqualTo("leases: 2, at most leasesMax=1");
        assertThat(refusal(apply(new Command.Open(9, 1_000)).outcome()).limit()).isEqualTo("leasesMax");
    }

    @Test
    void shouldAskASessionToAcknowledgeBeforeItRemembersMore() {
        limit(Limit.SESSION_RESULTS_MAX, 2);
        apply(new Command.Call(session, 1, 0, new Request.Grant(TTL_MS)));
        apply(new Command.Call(session, 2, 0, new Request.Grant(TTL_MS)));
        Command.Call third = new Command.Call(session, 3, 0, new Request.Grant(TTL_MS));
        assertThat(refusal(apply(third).outcome()).words())
                .isEqualTo("results that wait for acknowledgement: 2, at most 2");
        assertThat(apply(new Command.Call(session, 3, 1, third.request())).outcome())
                .isInstanceOf(Outcome.Granted.class);
        limit(Limit.SESSION_RESULTS_MAX, 9);
        limit(Limit.SESSION_RESULT_BYTES_MAX, 100);
        assertThat(apply(new Command.Call(session, 4, 2, third.request())).outcome())
                .isInstanceOf(Outcome.Granted.class);
        assertThat(refusal(apply(new Command.Call(session, 5, 2, third.request()))
                                .outcome())
                        .words())
                .isEqualTo("results that wait for acknowledgement: 128, at most 100");
    }

    @Test
    void shouldReadInPiecesThatFit() {
        limit(Limit.RESULT_BYTES_MAX, 25);
        for (String key : List.of("a", "b", "c")) {
            done(Op.put(key, text(10)));
        }
        OpResult.Found first = state.read(new Op.Read(KeyRange.ALL, 10, false));
        assertThat(first.entries()).extracting(KeyEntry::key).containsExactly("a", "b");
        assertThat(first.more()).isTrue();
        limit(Limit.RESULT_BYTES_MAX, 1);
        assertThat(state.read(new Op.Read(KeyRange.ALL, 10, false)).entries()).hasSize(1);
        TxnResult twice = done(new Op.Read(KeyRange.ALL, 10, false), new Op.Read(KeyRange.ALL, 10, false));
        assertThat(twice.results())
                .allSatisfy(
                        part -> assertThat(((OpResult.Found) part).entries()).hasSize(1));
    }

    @Test
    void shouldKeepItsLimitsAsDocumented() {
        assertThat(RecipeLimits.DEFAULT)
                .hasToString("limits[keyBytesMax=1024, valueBytesMax=524288, commandBytesMax=786432, keysMax=1000000,"
                        + " bytesMax=268435456, stepsMax=128, deletedKeysMax=10000, resultBytesMax=524288,"
                        + " leasesMax=10000, leaseKeysMax=10000, ttlMsMin=100, ttlMsMax=86400000,"
                        + " sessionResultsMax=1024, sessionResultBytesMax=1048576, sessionWatchesMax=1000,"
                        + " historyEventsMax=10000, historyBytesMax=16777216]");
        assertThatThrownBy(() -> RecipeLimits.DEFAULT.with(Limit.KEYS_MAX, 0))
                .hasMessage("keysMax 0: must be at least 1");
    }

    /** A session may have as many calls open as are remembered for it, and a command fits an entry of the log. */
    @Test
    void shouldHaveDefaultsThatFitEachOther() {
        assertThat(Limit.SESSION_RESULTS_MAX.byDefault()).isGreaterThanOrEqualTo(SessionCalls.CALLS_MAX);
        assertThat(Limit.COMMAND_BYTES_MAX.byDefault()).isLessThan(ReplicatedLog.ENTRY_BYTES_MAX - 64);
        assertThat(Limit.RESULT_BYTES_MAX.byDefault()).isGreaterThanOrEqualTo(Limit.VALUE_BYTES_MAX.byDefault());
        Set<Rule> spoken = Arrays.stream(Rule.values())
                .filter(rule -> !Refusal.of(rule, "x", 1, 2).words().isBlank())
                .collect(Collectors.toSet());
        assertThat(spoken).isEqualTo(EnumSet.allOf(Rule.class));
    }
}
