package dev.polder.raft.chaos;

import dev.polder.raft.chaos.RegisterCall.Seen;
import dev.polder.raft.recipe.Recipes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/** Reads, writes and compares registers, those of the group that it is told at each turn. */
final class RegisterClient extends ChaosClient {
    private static final Duration TTL = Duration.ofSeconds(2);
    private static final int PAUSE_MS_MAX = 30;

    private final Supplier<String> group;
    /** What it saw last, of the group it uses. */
    private final Map<String, Seen> last = new HashMap<>();

    private String lastGroup = "";
    private long written;

    private RegisterClient(
            String name, List<String> seeds, History history, Supplier<String> group, int loseOneOf, long seed) {
        super(name, seeds, history, TTL, PAUSE_MS_MAX, loseOneOf, seed);
        this.group = group;
    }

    /** One that stays with the leader it has found as long as that answers. */
    static RegisterClient faithful(
            String name, List<String> seeds, History history, Supplier<String> group, long seed) {
        return new RegisterClient(name, seeds, history, group, LOSE_ONE_OF, seed);
    }

    /** One that looks for the leader all the time, and so finds a new one while others ask the one before it. */
    static RegisterClient fickle(String name, List<String> seeds, History history, Supplier<String> group, long seed) {
        return new RegisterClient(name, seeds, history, group, 2, seed);
    }

    @Override
    void turn(Recipes session) throws InterruptedException, ExecutionException, TimeoutException {
        String now = group.get();
        if (!now.equals(lastGroup)) {
            lastGroup = now;
            last.clear();
        }
        Registers registers = new Registers(name(), now, session.keys(), history);
        String one = random.nextBoolean() ? registers.a() : registers.b();
        Seen before = last.getOrDefault(one, new Seen(RegisterCall.NOTHING, 0));
        RegisterCall done = switch (random.nextInt(10)) {
            case 0, 1, 2 -> get(registers.read(one));
            case 3 -> get(registers.readBoth());
            case 4 -> get(registers.write(Map.of(one, next())));
            case 5 -> get(registers.write(Map.of(registers.a(), next(), registers.b(), next())));
            case 6 -> get(registers.writeIfHolds(one, before.value(), Map.of(one, next())));
            case 7 ->
                get(registers.writeIfHolds(one, before.value(), Map.of(registers.a(), next(), registers.b(), next())));
            case 8 -> get(registers.writeIfHolds(one, before.value(), Map.of(one, RegisterCall.NOTHING)));
            default -> get(registers.compareAndSet(one, before, next()));
        };
        last.putAll(done.seen());
    }

    private String next() {
        return name() + "-" + ++written;
    }
}
