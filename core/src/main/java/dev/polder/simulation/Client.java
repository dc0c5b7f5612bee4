package dev.polder.simulation;

import static dev.polder.simulation.Connection.Side.CLIENT;
import static dev.polder.simulation.Violation.check;

import com.google.protobuf.ByteString;
import dev.polder.wire.proto.Mesos;
import dev.polder.wire.proto.Mesos.FrameworkInfo;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A framework: a small client of the v1 API that keeps its word. It remembers its tasks, repeats calls that nobody
 * answered, and asks after tasks that it hears nothing of. What it does with offers is up to its {@link Wish}.
 */
final class Client {
    private static final Wish NO_WISH = new Wish() {
        @Override
        public void offered(Mesos.Offer offer) {}

        @Override
        public void rescinded(String offerId) {}
    };

    private static final long SILENCE_US_MAX = 75_000_000;
    /** An answer to SUBSCRIBE that takes longer never comes. */
    private static final long ANSWER_US_MAX = 20_000_000;

    private static final long REVIVE_US = 30_000_000;
    private static final long REFUSED_US = 1_000_000;
    private static final int REPEATS_MAX = 3;
    private static final int CALL_CONNECTIONS = 2;

    /** What a framework does while it is subscribed. */
    interface Wish {
        void offered(Mesos.Offer offer);

        void rescinded(String offerId);
    }

    /** A call that was sent. */
    private static final class Sent {
        final Call call;
        final String stream;
        final Consumer<Integer> answered;
        int repeats;

        Sent(Call call, String stream, Consumer<Integer> answered) {
            this.call = call;
            this.stream = stream;
            this.answered = answered;
        }
    }

    /** A connection for calls, with the calls on it that are not answered. */
    private final class Calls implements Connection.End {
        final Connection connection;
        final Map<Long, Sent> unanswered = new LinkedHashMap<>();

        Calls() {
            connection = dialer.dial(place, finder.master(), MasterProcess.Door.CALLS, this);
        }

        @Override
        public void received(Object message) {
            Messages.Response response = (Messages.Response) message;
            Sent sent = unanswered.remove(response.number());
            if (sent != null) {
                around.time().note(name + " " + sent.call.getType() + " => " + response.status());
                check(
                        response.status() < 500 || response.status() == 503,
                        () -> sent.call.getType() + " => " + response.status() + " " + response.text());
                sent.answered.accept(response.status());
            }
        }

        @Override
        public void closed() {
            calls.values().remove(this);
            unanswered.values().forEach(Client.this::unanswered);
        }

        void hangUp() {
            connection.close(CLIENT);
            closed();
        }
    }

    private final Surroundings around;
    private final String name;
    private final Dice dice;
    private final FrameworkInfo info;
    private final int place;
    private final Dialer dialer;
    private final MasterFinder finder;
    private final Map<Integer, Calls> calls = new LinkedHashMap<>();
    private final Tasks tasks;
    private Wish wish;

    private String id = "";
    private @Nullable Connection stream;
    private String streamId = "";
    private boolean subscribed;
    private boolean revives;
    private long revivals;
    private long attempt;
    private long heardUs;
    private long numbers;
    private final Set<ByteString> unacknowledged = new HashSet<>();

    Client(Surroundings around, int number, FrameworkInfo info, Dialer dialer) {
        this.around = around;
        this.name = info.getName();
        this.info = info;
        this.place = Links.framework(number);
        this.dialer = dialer;
        dice = around.dice().split();
        finder = new MasterFinder(dice.split(), dialer.masters());
        tasks = new Tasks(this, around);
        wish = NO_WISH;
        subscribeLater(dice.spread(1, 1_000_000));
        tasks.askLater();
    }

    // ---- subscription

    private void subscribeLater(long delayUs) {
        long current = ++attempt;
        around.time().after(delayUs, () -> {
            if (attempt == current) {
                subscribe();
            }
        });
    }

    private void subscribe() {
        long current = ++attempt;
        long begunUs = around.time().nowUs();
        heardUs = begunUs;
        Call.Builder call = Call.newBuilder().setType(Call.Type.SUBSCRIBE);
        FrameworkInfo.Builder own = info.toBuilder();
        if (!id.isEmpty()) {
            own.setId(protoId());
            call.setFrameworkId(protoId());
        }
        call.setSubscribe(Call.Subscribe.newBuilder().setFrameworkInfo(own));
        stream = dialer.dial(place, finder.master(), MasterProcess.Door.STREAM, new Connection.End() {
            @Override
            public void received(Object message) {
                if (attempt == current) {
                    heard(message);
                }
            }

            @Override
            public void closed() {
                if (attempt == current) {
                    lost(finder.failed());
                }
            }
        });
        stream.send(CLIENT, new Messages.Subscribe(call.build()));
        around.time().after(SILENCE_US_MAX, () -> watch(current));
        around.time().after(ANSWER_US_MAX, () -> {
            if (attempt == current && heardUs == begunUs) {
                around.time().note(name + " gets no answer");
                disconnect();
            }
        });
    }

    private void watch(long current) {
        if (attempt == current) {
            if (around.time().nowUs() - heardUs >= SILENCE_US_MAX) {
                around.time().note(name + " hears nothing");
                disconnect();
            } else {
                around.time().after(SILENCE_US_MAX / 4, () -> watch(current));
            }
        }
    }

    /** Ends the stream; a new one follows. */
    void disconnect() {
        if (stream != null) {
            stream.close(CLIENT);
        }
        lost(finder.failed());
    }

    /** Subscribes once more while the old stream is open, as a scheduler does that takes over. */
    void takeOver() {
        if (id.isEmpty()) {
            // nothing to take over: as another framework it would leave the first behind
            disconnect();
        } else {
            subscribe();
        }
    }

    private void lost(long waitUs) {
        subscribed = false;
        unacknowledged.clear();
        List<Calls> open = List.copyOf(calls.values());
        calls.clear();
        open.forEach(Calls::hangUp);
        subscribeLater(waitUs);
    }

    private void heard(Object message) {
        heardUs = around.time().nowUs();
        if (message instanceof Messages.Opened opened) {
            streamId = opened.streamId();
        } else if (message instanceof Messages.Told told) {
            heard(told.event());
        } else if (message instanceof Messages.Redirect redirect) {
            around.time().note(name + " is sent to master " + redirect.master());
            lost(finder.redirected(redirect.master()));
        }
    }

    private void heard(Event event) {
        switch (event.getType()) {
            case SUBSCRIBED -> {
                String given = event.getSubscribed().getFrameworkId().getValue();
                check(id.isEmpty() || id.equals(given), () -> name + " was " + id + " and is now " + given);
                id = given;
                subscribed = true;
                finder.found();
                around.time().note(name + " is subscribed as " + id);
                if (revives) {
                    revive();
                }
            }
            case OFFERS -> event.getOffers().getOffersList().forEach(offer -> wish.offered(offer));
            case RESCIND -> wish.rescinded(event.getRescind().getOfferId().getValue());
            case UPDATE -> updated(event.getUpdate().getStatus());
            case ERROR -> rejected(event.getError().getMessage());
            default -> {
                // HEARTBEAT, FAILURE
            }
        }
    }

    /** The only error that a client which does nothing wrong can get, besides its own taking over, is its removal. */
    private void rejected(String message) {
        around.time().note(name + " ERROR " + message);
        check(
                around.ledger().isRemoved(id) || message.contains("failed over"),
                () -> name + " (" + id + ") is rejected: " + message);
        if (around.ledger().isRemoved(id)) {
            forgetAll();
        }
        disconnect();
    }

    private void forgetAll() {
        id = "";
        tasks.removed();
    }

    private void updated(TaskStatus status) {
        around.time()
                .note(name + " UPDATE " + status.getTaskId().getValue() + " " + status.getState() + " "
                        + status.getReason());
        tasks.heard(status);
        if (!status.hasUuid() || !unacknowledged.add(status.getUuid())) {
            return;
        }
        boolean never = !around.isCalm() && dice.chance(around.knobs().neverAcknowledges());
        if (never) {
            unacknowledged.remove(status.getUuid());
            return;
        }
        long delayUs = dice.spread(1, around.isCalm() ? 1_000 : around.knobs().acknowledgeMsMax() * 1_000);
        around.time().after(delayUs, () -> {
            unacknowledged.remove(status.getUuid());
            acknowledge(status);
        });
    }

    private void acknowledge(TaskStatus status) {
        call(
                Call.newBuilder()
                        .setType(Call.Type.ACKNOWLEDGE)
                        .setAcknowledge(Call.Acknowledge.newBuilder()
                                .setAgentId(status.getAgentId())
                                .setTaskId(status.getTaskId())
                                .setUuid(status.getUuid())),
                code -> {
                    if (code == 202) {
                        tasks.acknowledged(status);
                    }
                });
    }

    // ---- calls

    /** Sends a call if there is a subscription; repeats it if its connection is lost, as careful clients do. */
    void call(Call.Builder call, Consumer<Integer> answered) {
        if (subscribed) {
            send(new Sent(call.setFrameworkId(protoId()).build(), streamId, answered));
        }
    }

    void call(Call.Builder call) {
        call(call, code -> {});
    }

    private void send(Sent sent) {
        Calls connection = calls.computeIfAbsent(dice.below(CALL_CONNECTIONS), lane -> new Calls());
        long number = ++numbers;
        connection.unanswered.put(number, sent);
        connection.connection.send(CLIENT, new Messages.Request(number, sent.stream, sent.call));
    }

    private void unanswered(Sent sent) {
        if (subscribed && sent.repeats++ < REPEATS_MAX && dice.chance(0.7)) {
            around.time().after(dice.spread(1_000, 1_000_000), () -> {
                if (subscribed) {
                    send(sent);
                }
            });
        } else {
            sent.answered.accept(0);
        }
    }

    /** Wants offers of everything from now on, and says so again and again: a SUPPRESS may still be on its way. */
    void revive() {
        revives = true;
        long current = ++revivals;
        call(
                Call.newBuilder().setType(Call.Type.REVIVE),
                code -> around.time().after(code == 202 ? REVIVE_US : REFUSED_US, () -> {
                    if (revivals == current) {
                        revive();
                    }
                }));
    }

    /** Ends everything; the framework begins anew under another id. */
    void tearDown() {
        if (subscribed) {
            call(Call.newBuilder().setType(Call.Type.TEARDOWN));
        }
    }

    // ---- questions and answers

    String name() {
        return name;
    }

    boolean isSubscribed() {
        return subscribed;
    }

    Tasks tasks() {
        return tasks;
    }

    FrameworkInfo info() {
        return info;
    }

    /** From now on nothing new is begun; offers go to somebody else's wish. */
    void wish(Wish next) {
        wish = next;
    }

    Mesos.FrameworkID protoId() {
        return Mesos.FrameworkID.newBuilder().setValue(id).build();
    }

    List<String> roles() {
        return info.getRolesCount() > 0 ? info.getRolesList() : List.of(info.getRole());
    }
}
