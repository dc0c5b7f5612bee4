package dev.polder.master;

import dev.polder.wire.proto.AgentLinkFrames.ToAgent;
import dev.polder.wire.proto.Mesos.Offer;
import dev.polder.wire.proto.Mesos.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Event;
import java.util.ArrayList;
import java.util.List;

/** Links that remember what was sent over them. */
final class TestLink {
    private TestLink() {}

    /** A framework's stream. */
    static final class Framework implements FrameworkLink {
        final List<Event> events = new ArrayList<>();
        private final String streamId;
        boolean closed;

        Framework(String streamId) {
            this.streamId = streamId;
        }

        @Override
        public String streamId() {
            return streamId;
        }

        @Override
        public void send(Event event) {
            events.add(event);
        }

        @Override
        public void close() {
            closed = true;
        }

        /** Returns the events and forgets them. */
        List<Event> take() {
            List<Event> taken = List.copyOf(events);
            events.clear();
            return taken;
        }

        List<Event.Type> types() {
            return events.stream().map(Event::getType).toList();
        }

        List<TaskStatus> updates() {
            return events.stream()
                    .filter(event -> event.getType() == Event.Type.UPDATE)
                    .map(event -> event.getUpdate().getStatus())
                    .toList();
        }

        TaskStatus update() {
            List<TaskStatus> updates = updates();
            if (updates.size() != 1) {
                throw new AssertionError("one update expected: " + events);
            }
            return updates.get(0);
        }

        List<Offer> offers() {
            return events.stream()
                    .filter(event -> event.getType() == Event.Type.OFFERS)
                    .flatMap(event -> event.getOffers().getOffersList().stream())
                    .toList();
        }

        Offer offer() {
            List<Offer> offers = offers();
            if (offers.size() != 1) {
                throw new AssertionError("one offer expected: " + events);
            }
            return offers.get(0);
        }
    }

    /** An agent's connection. */
    static final class Agent implements AgentLink {
        final List<ToAgent> frames = new ArrayList<>();
        boolean closed;

        @Override
        public void send(ToAgent.Builder frame) {
            frames.add(frame.clone().setSequence(frames.size() + 1L).build());
        }

        @Override
        public void close() {
            closed = true;
        }

        List<ToAgent> take() {
            List<ToAgent> taken = List.copyOf(frames);
            frames.clear();
            return taken;
        }

        List<ToAgent.KindCase> kinds() {
            return frames.stream().map(ToAgent::getKindCase).toList();
        }
    }

    /** An answer, once there is one. */
    static final class Reply implements ReplyTo {
        int status;
        String text = "";

        @Override
        public void answer(int answered, String words) {
            if (status != 0) {
                throw new AssertionError("answered twice: " + status + ", " + answered);
            }
            status = answered;
            text = words;
        }
    }
}
