package dev.polder.raft.recipe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.polder.raft.recipe.Refusal.Rule;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The edges of the state, one by one; the algebra is for {@link RecipeStateProperties}. */
class RecipeStateTest extends OnOneState {
    // ---- revisions

    @Test
    void shouldCountRevisionsVersionsAndWhenAKeyWasMade() {
        done(Op.put("a", Value.of("1")));
        done(Op.put("b", Value.of("1")));
        done(Op.put("a", Value.of("2")));
        assertThat(state.view().keys().get("a")).isEqualTo(new KeyEntry("a", Value.of("2"), 1, 3, 2, LeaseId.NONE));

        done(Op.delete("a"));
        done(Op.put("a", Value.of("3")));
        assertThat(state.view().keys().get("a")).isEqualTo(new KeyEntry("a", Value.of("3"), 5, 5, 1, LeaseId.NONE));
    }

    @Test
    void shouldNotCountWhatChangesNothing() {
        done(Op.put("a", Value.of("1")));
        TxnResult nothing = done(Op.delete("missing"), new Op.Read(KeyRange.ALL, 10, false));
        assertThat(nothing.revision()).isEqualTo(1);
        assertThat(state.revision()).isEqualTo(1);
    }

    @Test
    void shouldGiveAllOfATransactionOneRevisionOrNone() {
        LeaseId none = new LeaseId(99);
        Outcome refused = transact(Op.put("a", Value.of("1")), new Op.Put("b", Value.of("1"), none));
        assertThat(refusal(refused).words()).isEqualTo("lease 99: not there");
        assertThat(state.view().keys().size()).isZero();

        Applied both = apply(new Command.Call(
                session,
                ++number,
                0,
                new Request.Transact(Txn.of(Op.put("a", Value.of("1")), Op.put("b", Value.of("1"))))));
        assertThat(both.changes()).singleElement().satisfies(change -> {
            assertThat(change.revision()).isEqualTo(1);
            assertThat(change.events()).extracting(KeyEvent::key).containsExactly("a", "b");
        });
    }

    @Test
    void shouldRefuseToChangeAKeyTwiceInOneTransaction() {
        done(Op.put("a/1", Value.EMPTY));
        for (Op[] twice : List.of(
                new Op[] {Op.put("k", Value.EMPTY), Op.put("k", Value.EMPTY)},
                new Op[] {Op.put("k", Value.EMPTY), Op.delete("k")},
                new Op[] {new Op.Delete(KeyRange.prefix("a/")), Op.put("a/1", Value.EMPTY)},
                new Op[] {new Op.Append("q", Value.EMPTY, LeaseId.NONE), new Op.Append("q", Value.EMPTY, LeaseId.NONE)
                })) {
            assertThat(refusal(transact(twice)).rule()).isEqualTo(Rule.CHANGED_TWICE);
        }
    }

    @Test
    void shouldSeeWhatEarlierStepsDid() {
        TxnResult result = done(Op.put("a", Value.of("new")), new Op.Read(KeyRange.of("a"), 1, false));
        assertThat(((OpResult.Found) result.results().get(1)).entries())
                .singleElement()
                .extracting(KeyEntry::value)
                .isEqualTo(Value.of("new"));
    }

    @Test
    void shouldOrderKeysByTheirBytesAndFindPrefixes() {
        String grin = "\uD83D\uDE00";
        for (String key : List.of(grin, "\uFFFD", "b", "a/2", "a/10", "a0", "a")) {
            done(Op.put(key, Value.EMPTY));
        }
        assertThat(state.read(new Op.Read(KeyRange.ALL, 10, false)).entries())
                .extracting(KeyEntry::key)
                .containsExactly("a", "a/10", "a/2", "a0", "b", "\uFFFD", grin);
        assertThat(state.read(new Op.Read(KeyRange.prefix("a/"), 10, true)).entries())
                .extracting(KeyEntry::key)
                .containsExactly("a/2", "a/10");
        assertThat(KeyRange.prefix("\uDBFF\uDFFF").to()).isEmpty();
        assertThat(KeyRange.prefix("x\uD7FF").to()).isEqualTo("x\uE000");
        assertThat(KeyRange.prefix("").to()).isEmpty();
    }

    @Test
    void shouldMakeKeysThatSortByTheTimeTheyWereMade() {
        done(new Op.Append("q/", Value.of("1"), LeaseId.NONE));
        done(Op.put("other", Value.EMPTY));
        TxnResult second = done(new Op.Append("q/", Value.of("2"), LeaseId.NONE));
        assertThat(second.results()).containsExactly(new OpResult.Written("q/0000000000000000003", 1));
        assertThat(state.read(new Op.Read(KeyRange.prefix("q/"), 10, false)).entries())
                .extracting(entry -> entry.value().text())
                .containsExactly("1", "2");
    }

    @Test
    void shouldAddOnlyToNumbersThatFit() {
        assertThat(done(new Op.Add("n", 5)).results()).containsExactly(new OpResult.Sum(5));
        assertThat(done(new Op.Add("n", -7)).results()).containsExactly(new OpResult.Sum(-2));
        done(Op.put("n", Value.of(Long.MAX_VALUE)));
        assertThat(refusal(transact(new Op.Add("n", 1))).words())
                .isEqualTo("key 'n': adding 1 to 9223372036854775807 does not fit 64 bits");
        done(Op.put("n", Value.of("many")));
        assertThat(refusal(transact(new Op.Add("n", 1))).words())
                .isEqualTo("key 'n': holds no decimal number of 64 bits");
    }

    // ---- leases

    @Test
    void shouldEndAllKeysOfALeaseAsOneRevision() {
        LeaseId lease = grant(TTL_MS);
        done(new Op.Put("a", Value.EMPTY, lease), new Op.Put("b", Value.EMPTY, lease), Op.put("c", Value.EMPTY));

        Applied revoked = apply(new Command.Call(session, ++number, 0, new Request.Revoke(lease)));
        assertThat(revoked.outcome()).isEqualTo(new Outcome.Revoked(2, 2));
        assertThat(revoked.ended()).containsExactly(lease);
        assertThat(revoked.changes())
                .singleElement()
                .satisfies(change -> assertThat(change.events())
                        .extracting(event -> event.kind() + " " + event.key())
                        .containsExactly("DELETE a", "DELETE b"));
        assertThat(state.read(new Op.Read(KeyRange.ALL, 9, false)).entries())
                .extracting(KeyEntry::key)
                .containsExactly("c");
    }

    @Test
    void shouldDetachAKeyThatIsWrittenWithAnotherLeaseOrNone() {
        LeaseId lease = grant(TTL_MS);
        done(new Op.Put("a", Value.EMPTY, lease), new Op.Put("b", Value.EMPTY, lease));
        done(Op.put("a", Value.EMPTY), new Op.Put("b", Value.EMPTY, session));

        assertThat(call(new Request.Revoke(lease))).isEqualTo(new Outcome.Revoked(2, 0));
        assertThat(state.view().keys().size()).isEqualTo(2);
    }

    @Test
    void shouldNotEndALeaseBeforeItsTimeNorInAnotherTerm() {
        LeaseId lease = grant(TTL_MS);
        nowMs += TTL_MS - 1;
        assertThat(apply(new Command.Expire(term, List.of(lease))).ended()).isEmpty();
        nowMs += 1;
        assertThat(apply(new Command.Expire(term + 1, List.of(lease))).ended()).isEmpty();
        assertThat(apply(new Command.Expire(term, List.of(lease))).ended()).containsExactly(lease);
    }

    @Test
    void shouldGiveEachLeaseItsWholeTimeInANewTerm() {
        LeaseId lease = grant(TTL_MS);
        nowMs += TTL_MS;
        term++;
        begin();
        nowMs += TTL_MS - 1;
        assertThat(apply(new Command.Expire(term, List.of(lease))).ended()).isEmpty();
        nowMs += 1;
        assertThat(apply(new Command.Expire(term, List.of(lease))).ended()).containsExactly(lease);
    }

    @Test
    void shouldNeverGiveALeaseTheNumberOfAnother() {
        LeaseId first = grant(TTL_MS);
        call(new Request.Revoke(first));
        assertThat(grant(TTL_MS).number()).isGreaterThan(first.number());
    }

    // ---- sessions

    @Test
    void shouldOpenASessionOnceForItsNonce() {
        assertThat(openWith(1)).isEqualTo(session);
        assertThat(openWith(2)).isNotEqualTo(session);
        call(new Request.Close());
        assertThat(openWith(1)).isNotEqualTo(session);
    }

    @Test
    void shouldAnswerARepeatedCallWithTheSameResultAndDoNothing() {
        Command.Call add = new Command.Call(session, ++number, 0, new Request.Transact(Txn.of(new Op.Add("n", 1))));
        Outcome first = apply(add).outcome();
        Applied again = apply(add);
        assertThat(again.outcome()).isEqualTo(first);
        assertThat(again.changes()).isEmpty();
        assertThat(state.view().keys().get("n")).extracting(KeyEntry::value).isEqualTo(Value.of(1));
    }

    @Test
    void shouldForgetWhatWasAcknowledged() {
        Command.Call first = new Command.Call(session, ++number, 0, new Request.Grant(TTL_MS));
        apply(first);
        apply(new Command.Call(session, ++number, 1, new Request.Grant(TTL_MS)));
        assertThat(refusal(apply(first).outcome()).words())
                .isEqualTo("call 1 of the session: its result was acknowledged, up to 1");
        assertThat(state.session(session).outcomes().size()).isEqualTo(1);
    }

    @Test
    void shouldCarryOutCallsInTheirOrderOnly() {
        Applied gap = apply(new Command.Call(session, 2, 0, new Request.Grant(TTL_MS)));
        assertThat(refusal(gap.outcome()).words()).isEqualTo("call 2 of the session: the next one is 1");
        assertThat(state.view().leases().size()).isEqualTo(1);
    }

    @Test
    void shouldEndKeysAndMemoryWithTheSession() {
        done(new Op.Put("me", Value.EMPTY, session));
        Applied closed = apply(new Command.Call(session, ++number, 0, new Request.Close()));
        assertThat(closed.outcome()).isEqualTo(new Outcome.Revoked(2, 1));
        assertThat(closed.ended()).containsExactly(session);
        assertThat(refusal(transact(Op.put("a", Value.EMPTY))).words()).isEqualTo("session 1: not there");
    }

    // ---- history

    @Test
    void shouldForgetOldChangesWholeAndKnowUpToWhere() {
        limit(Limit.HISTORY_EVENTS_MAX, 3);
        done(Op.put("a", Value.EMPTY), Op.put("b", Value.EMPTY));
        done(Op.put("c", Value.EMPTY));
        assertThat(state.history().compacted()).isZero();
        done(Op.put("d", Value.EMPTY));
        assertThat(state.history().compacted()).isEqualTo(1);
        assertThat(state.history().events()).isEqualTo(2);

        limit(Limit.HISTORY_BYTES_MAX, 1);
        assertThat(state.history().compacted()).isEqualTo(2);
        assertThat(state.history().bytes()).isEqualTo(1);
    }

    // ---- bad input

    @Test
    void shouldChangeNothingForBytesThatAreNoCommand() {
        byte[] before = bytes();
        assertThatThrownBy(() -> state.apply(++index, term, nowMs, new byte[] {1, 99}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("recipe command: kind 99 is not known");
        assertThat(bytes()).isEqualTo(before);
    }

    @Test
    void shouldRefuseEntriesThatGoBackwards() {
        byte[] command = CommandCodec.encode(new Command.Open(5, TTL_MS));
        assertThatThrownBy(() -> state.apply(index - 1, term, nowMs, command))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("entry 1 of term 1 comes after entry 2 of term 1");
        assertThatThrownBy(() -> state.apply(index, term - 1, nowMs, command))
                .isInstanceOf(IllegalStateException.class);
    }

    private byte[] bytes() {
        try {
            return RecipeStateProperties.snapshot(state.view());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
