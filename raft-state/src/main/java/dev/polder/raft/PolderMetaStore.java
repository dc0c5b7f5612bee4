package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.DefaultRaftMember;
import io.atomix.protocols.raft.storage.system.Configuration;
import io.atomix.protocols.raft.storage.system.MetaStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The members as Atomix asks for them. Atomix's own idea of when a member list is worth keeping is not ours, so it stores
 * nothing. Term and vote have their one home in the {@link TermStore}; who looks for them here is refused. Owned by the
 * log's thread.
 */
@SuppressWarnings("UnsynchronizedOverridesSynchronized") // one thread, and nothing to guard
final class PolderMetaStore extends MetaStore {
    private Configuration configuration;

    @SuppressWarnings("UnusedMethod") // never runs, for that of Atomix makes files; and a class must have one
    private PolderMetaStore(Configuration configuration) {
        super(null, null);
        this.configuration = configuration;
    }

    static PolderMetaStore of(MemberList members, AtomixAccess access) {
        PolderMetaStore store = access.hollow(PolderMetaStore.class);
        store.configuration = configuration(1, members);
        return store;
    }

    /**
     * Returns a list of members as Atomix takes it.
     *
     * @param version counts the changes to what this member goes by, back ones too: Atomix ignores all but higher ones
     */
    static Configuration configuration(long version, MemberList members) {
        List<RaftMember> voters = new ArrayList<>();
        for (String member : members.names()) {
            voters.add(new DefaultRaftMember(MemberId.from(member), RaftMember.Type.ACTIVE, Instant.EPOCH));
        }
        return new Configuration(version, 1, 1, voters);
    }

    @Override
    public long loadTerm() {
        throw elsewhere("term");
    }

    @Override
    public void storeTerm(long term) {
        throw elsewhere("term");
    }

    @Override
    public MemberId loadVote() {
        throw elsewhere("vote");
    }

    @Override
    public void storeVote(MemberId vote) {
        throw elsewhere("vote");
    }

    private static IllegalStateException elsewhere(String what) {
        return new IllegalStateException("the " + what + " is kept in the term file and nowhere else");
    }

    @Override
    public Configuration loadConfiguration() {
        return configuration;
    }

    @Override
    public void storeConfiguration(Configuration stored) {}
}
