package dev.polder.raft;

import io.atomix.protocols.raft.roles.LeaderRole;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the list of members on the leader, by one member at a time: then any majority of the list before and any of the
 * list after have a member in common, and no joint configuration is needed (section 4.1 of the Raft thesis). Owned by the
 * log's thread.
 *
 * <pre>
 *   asked ──add──► the node is brought up to date ──► entry appended, counts at once ──► committed: DONE
 *     └──remove────────────────────────────────────────────┘
 * </pre>
 *
 * <p>Refused is what is not safe: while another change is on its way; before an entry of this term is committed, for until
 * then two lists may each have a majority of their own; if no majority of the new list is in touch. A leader that is to be
 * removed hands the lead over and leaves the rest to who gets it.
 */
final class MemberChanges implements Newcomer.Outcome {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicatedLog.class);

    /** The one that is on its way. */
    private static final class Running {
        private final MemberChange change;
        private final CompletableFuture<ChangeOutcome> told = new CompletableFuture<>();
        private @Nullable Newcomer newcomer;
        /** Of the entry, 0 before there is one. */
        private long index;

        private Running(MemberChange change) {
            this.change = change;
        }

        private @Nullable String guest() {
            return newcomer == null ? null : change.member();
        }
    }

    private final PolderRaftContext context;
    private final RaftParts parts;
    private final HandOver handOver;
    private final Departures departures;
    private Runnable onGuests = () -> {};
    private @Nullable Running running;

    MemberChanges(PolderRaftContext context, RaftParts parts, HandOver handOver) {
        this.context = context;
        this.parts = parts;
        this.handOver = handOver;
        departures = new Departures(context, parts, () -> onGuests.run());
    }

    /** Has somebody told when others than the members are to be reached. */
    void onGuests(Runnable listener) {
        onGuests = listener;
    }

    /** Returns whom this member must reach though the list does not have them. */
    Set<String> guests() {
        Set<String> guests = new TreeSet<>(departures.names());
        Running present = running;
        String guest = present == null ? null : present.guest();
        if (guest != null) {
            guests.add(guest);
        }
        return guests;
    }

    /** Begins a change, or says at once what becomes of it. */
    CompletableFuture<ChangeOutcome> begin(MemberChange change) {
        if (parts.events().servingTerm() == 0) {
            return outcome(new ChangeOutcome.Moved(otherLeader()));
        }
        Running present = running;
        boolean isTakenBack = present != null
                && present.index == 0
                && change.equals(new MemberChange.Remove(present.change.member()));
        if (present != null && isTakenBack) {
            end(present, new ChangeOutcome.Refused(present.change.member() + ": its removal was asked for"));
        }
        String busy = busy();
        if (busy != null) {
            return refused(change, busy);
        }
        if (isSo(change)) {
            return outcome(new ChangeOutcome.Done(parts.membership().index(), isTakenBack));
        }
        return change instanceof MemberChange.Add add ? add(add) : remove((MemberChange.Remove) change);
    }

    private static CompletableFuture<ChangeOutcome> outcome(ChangeOutcome outcome) {
        return CompletableFuture.completedFuture(outcome);
    }

    private CompletableFuture<ChangeOutcome> refused(MemberChange change, String reason) {
        LOG.warn("event=change_refused member={} change={} reason='{}'", context.getName(), change, reason);
        return outcome(new ChangeOutcome.Refused(change.member() + ": " + reason));
    }

    private Optional<String> otherLeader() {
        return Optional.ofNullable(context.leaderName()).filter(name -> !name.equals(context.getName()));
    }

    /** Returns why no change can begin now, null if one can. */
    private @Nullable String busy() {
        Running present = running;
        boolean isAppended = present != null && present.index != 0;
        if (isAppended && !parts.rules().changesOneByOne()) {
            running = null;
        } else if (present != null) {
            return "another change is on its way: " + present.change;
        }
        if (handOver.isRunning()) {
            return "the lead is being handed over";
        }
        long index = parts.membership().index();
        return index > context.getCommitIndex() && parts.rules().changesOneByOne()
                ? "entry " + index + ", which lists the members, is not committed yet"
                : null;
    }

    private boolean isSo(MemberChange change) {
        GroupMember listed = parts.membership().current().find(change.member());
        return change instanceof MemberChange.Add add
                ? listed != null
                        && (add.incarnation().isEmpty() || add.incarnation().equals(listed.incarnation()))
                : listed == null;
    }

    // ---- adding

    private CompletableFuture<ChangeOutcome> add(MemberChange.Add add) {
        MemberList list = parts.membership().current();
        String problem = MemberAddress.problem(add.member());
        if (problem != null) {
            return refused(add, problem);
        }
        GroupMember listed = list.find(add.member());
        if (listed != null) {
            return refused(
                    add,
                    "it is a member already, as incarnation '" + listed.incarnation()
                            + "'; as another one it can come when that one is removed");
        }
        if (list.size() == RaftPeers.MEMBERS_MAX) {
            return refused(
                    add,
                    "there are " + list.size() + " members, and at most " + RaftPeers.MEMBERS_MAX
                            + " can be: remove one before");
        }
        Running begun = new Running(add);
        running = begun;
        Newcomer newcomer = new Newcomer(context, parts, add.member(), this);
        begun.newcomer = newcomer;
        LOG.info("event=newcomer member={} newcomer={}", context.getName(), add.member());
        onGuests.run();
        newcomer.feed();
        return begun.told;
    }

    @Override
    public void caughtUp() {
        Running present = running;
        if (present == null || !(present.change instanceof MemberChange.Add add)) {
            throw new IllegalStateException("nobody was to catch up");
        }
        String met = parts.calls().incarnation(add.member());
        MemberList list = parts.membership().current();
        String problem = !add.incarnation().isEmpty() && !add.incarnation().equals(met)
                ? "incarnation '" + add.incarnation() + "' was to be added, there is '" + met + "'"
                : unsafe(list.with(new GroupMember(add.member(), met)), add.member());
        if (problem == null) {
            append(present, list.with(new GroupMember(add.member(), met)));
        } else {
            failed(problem);
        }
    }

    @Override
    public void failed(String reason) {
        Running present = running;
        if (present != null) {
            LOG.warn("event=change_refused member={} change={} reason='{}'", context.getName(), present.change, reason);
            end(present, new ChangeOutcome.Refused(present.change.member() + ": " + reason));
        }
    }

    // ---- removing

    private CompletableFuture<ChangeOutcome> remove(MemberChange.Remove remove) {
        MemberList list = parts.membership().current();
        if (list.size() == 1) {
            return refused(remove, "it is the only member");
        }
        if (remove.member().equals(context.getName())) {
            return handOver.begin(Optional.empty(), HandOver.LIMIT)
                    .thenApply(outcome -> outcome instanceof HandOverOutcome.HandedOver handed
                            ? new ChangeOutcome.Moved(Optional.of(handed.to()))
                            : new ChangeOutcome.Refused(
                                    remove.member() + ": it leads, and the lead was not handed over: "
                                            + ((HandOverOutcome.Kept) outcome).reason()));
        }
        MemberList rest = list.without(remove.member());
        String problem = unsafe(rest, "");
        if (problem != null) {
            return refused(remove, problem);
        }
        Running begun = new Running(remove);
        running = begun;
        append(begun, rest);
        return begun.told;
    }

    // ---- the entry

    /** Returns why a list must not count now, null if it may. */
    private @Nullable String unsafe(MemberList list, String newcomer) {
        if (handOver.isRunning()) {
            return "the lead is being handed over";
        }
        long following = list.names().stream()
                .filter(name -> name.equals(context.getName())
                        || name.equals(newcomer)
                        || parts.appends().contact().hasFollowed(name, context.getElectionTimeout()))
                .count();
        return following > list.size() / 2
                ? null
                : "of the members " + list.names() + " only " + following + " follow, and " + (list.size() / 2 + 1)
                        + " must";
    }

    private void append(Running present, MemberList list) {
        if (!(context.getRaftRole() instanceof LeaderRole leader)) {
            throw new IllegalStateException("only a leader changes the members");
        }
        MemberList named = named(list);
        LOG.info("event=members_change member={} change={}", context.getName(), present.change);
        present.index = context.getLogWriter()
                .append(new MembersEntry(context.getTerm(), named))
                .index();
        parts.access().appendEntries(leader, present.index);
        parts.rules().gates().leader().pass(parts.log(), present.index);
    }

    /** With the first change the group gets an id; and whoever was met is in the list as who it is. */
    private MemberList named(MemberList list) {
        return new MemberList(
                list.group().isNone() ? GroupId.random(parts.random()) : list.group(),
                list.recoveries(),
                list.members().stream()
                        .map(member -> member.incarnation().isEmpty()
                                ? new GroupMember(member.name(), parts.calls().incarnation(member.name()))
                                : member)
                        .toList());
    }

    /** The commit index has moved. */
    void committed() {
        Running present = running;
        if (present != null && present.index != 0 && present.index <= context.getCommitIndex()) {
            end(present, new ChangeOutcome.Done(present.index, true));
            if (present.change instanceof MemberChange.Remove removed) {
                departures.tell(removed.member(), present.index);
            }
        }
    }

    /** Somebody wants to lead; if it is no member any more it was away when it was removed, and is told now. */
    void polledBy(String candidate) {
        long index = parts.membership().index();
        if (parts.events().servingTerm() != 0
                && index <= context.getCommitIndex()
                && !parts.membership().current().contains(candidate)
                && !guests().contains(candidate)) {
            departures.tell(candidate, index);
        }
    }

    private void end(Running ended, ChangeOutcome outcome) {
        running = null;
        Newcomer newcomer = ended.newcomer;
        if (newcomer != null) {
            newcomer.end();
            onGuests.run();
        }
        ended.told.complete(outcome);
    }

    /** The lead is lost, or this member ends: what was on its way may be done by another leader, or be undone. */
    void lost() {
        Running present = running;
        if (present != null) {
            end(present, new ChangeOutcome.Unknown());
        }
    }
}
