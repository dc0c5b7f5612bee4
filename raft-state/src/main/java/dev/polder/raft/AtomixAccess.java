package dev.polder.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.RaftServerProtocol;
import io.atomix.protocols.raft.roles.LeaderRole;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Everything that reaches into Atomix by reflection. It reads, calls and makes objects, and changes none. Atomix lies on the class
 * path, so that no JVM flag is needed.
 */
final class AtomixAccess {
    private final Field appender;
    private final Method appendEntries;
    private final Method appendToPeer;
    private final Method commitEntries;
    private final Object unsafe;
    private final Method allocateInstance;

    private AtomixAccess(
            Field appender,
            Method appendEntries,
            Method appendToPeer,
            Method commitEntries,
            Object unsafe,
            Method allocateInstance) {
        this.appender = appender;
        this.appendEntries = appendEntries;
        this.appendToPeer = appendToPeer;
        this.commitEntries = commitEntries;
        this.unsafe = unsafe;
        this.allocateInstance = allocateInstance;
    }

    /**
     * Finds all that is needed.
     *
     * @throws IllegalStateException if this is not the Atomix that the software was written for; the message says what
     *     is missing
     */
    static AtomixAccess find() {
        Field appender = field(LeaderRole.class, "appender");
        return new AtomixAccess(
                appender,
                method(appender.getType(), "appendEntries", long.class),
                method(appender.getType(), "appendEntries", RaftMemberContext.class),
                method(appender.getType(), "commitEntries"),
                unsafe(),
                method(unsafe().getClass(), "allocateInstance", Class.class));
    }

    /** What makes objects without a constructor is in the JDK's module jdk.unsupported, which Netty and JCTools go by too. */
    private static Object unsafe() {
        try {
            return field(Class.forName("sun.misc.Unsafe"), "theUnsafe").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the Raft log needs the JDK's module jdk.unsupported", e);
        }
    }

    static Field field(Class<?> owner, String name) {
        try {
            Field field = owner.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw missing("field " + owner.getName() + "." + name, e);
        }
    }

    static Method method(Class<?> owner, String name, Class<?>... parameters) {
        try {
            Method method = owner.getDeclaredMethod(name, parameters);
            method.setAccessible(true);
            return method;
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw missing("method " + owner.getName() + "." + name + List.of(parameters), e);
        }
    }

    private static IllegalStateException missing(String what, Exception cause) {
        return new IllegalStateException(
                "the Raft log needs io.atomix:atomix-raft:3.1.12 on the class path, but what is there has no " + what
                        + " that can be reached",
                cause);
    }

    /** Has the leader replicate what was appended up to an index; a leader without peers commits it at once. */
    void appendEntries(LeaderRole leader, long index) {
        invoke(appendEntries, leader, index);
    }

    /** Has the leader send a peer what it lacks, or a sign of life; unless it still waits for an answer of that peer. */
    void appendEntries(LeaderRole leader, RaftMemberContext peer) {
        invoke(appendToPeer, leader, peer);
    }

    /** Has the leader look again which entries a majority has. */
    void commitEntries(LeaderRole leader) {
        invoke(commitEntries, leader);
    }

    private void invoke(Method method, LeaderRole leader, Object... arguments) {
        try {
            method.invoke(appender.get(leader), arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e.getCause());
        } catch (IllegalAccessException e) {
            throw missing("accessible " + method, e);
        }
    }

    /**
     * Makes an object whose constructor does not run: all its fields are zero or null. For classes of Atomix that are
     * only there to be overridden, and whose constructors open files and more.
     */
    <T> T hollow(Class<T> type) {
        try {
            return type.cast(allocateInstance.invoke(unsafe, type));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("no object of " + type + " can be made", e);
        }
    }

    /**
     * Makes the protocol object: appends go to the peers, all else that Atomix would ask of them is refused. The handlers
     * that it registers are ignored, because they would run on its own threads.
     */
    static RaftServerProtocol protocol(RaftParts parts) {
        InvocationHandler handler = (proxy, method, arguments) -> {
            String name = method.getName();
            if (name.startsWith("register") || name.startsWith("unregister") || name.equals("publish")) {
                return null;
            }
            return switch (name) {
                case "hashCode" -> System.identityHashCode(proxy);
                case "equals" -> proxy == arguments[0];
                case "toString" -> "protocol of " + parts.membership().current().names();
                case "append" -> {
                    String to = ((MemberId) arguments[0]).id();
                    yield parts.failurePace().of(to, parts.appends().send(to, (AppendRequest) arguments[1]));
                }
                default ->
                    CompletableFuture.failedFuture(
                            new IllegalStateException("members of this log do not ask each other to " + name));
            };
        };
        return (RaftServerProtocol) Proxy.newProxyInstance(
                AtomixAccess.class.getClassLoader(), new Class<?>[] {RaftServerProtocol.class}, handler);
    }
}
