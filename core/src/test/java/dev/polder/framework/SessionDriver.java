package dev.polder.framework;

import dev.polder.framework.CallResult.Accepted;
import dev.polder.model.Filters;
import dev.polder.model.FrameworkId;
import dev.polder.model.Offer;
import dev.polder.model.TaskId;
import dev.polder.model.TaskInfo;
import dev.polder.model.TaskStatus;
import dev.polder.wire.proto.MesosScheduler.Call;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** The part of a driver that a session in virtual time needs: it acknowledges. */
final class SessionDriver implements SchedulerDriver {
    private final Consumer<Call.Builder> acknowledge;

    SessionDriver(Consumer<Call.Builder> acknowledge) {
        this.acknowledge = acknowledge;
    }

    @Override
    public CompletionStage<CallResult> acknowledge(TaskStatus status) {
        Call.Builder call = Calls.acknowledge(status);
        if (call != null) {
            acknowledge.accept(call);
        }
        return CompletableFuture.completedFuture(new Accepted());
    }

    @Override
    public Optional<FrameworkId> frameworkId() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> accept(Collection<Offer> offers, Collection<TaskInfo> tasks, Filters filters) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> decline(Collection<Offer> offers, Filters filters) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> kill(TaskId task) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> kill(TaskId task, Duration grace) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> reconcile() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> reconcile(Collection<TaskId> tasks) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> suppress(String... roles) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> revive(String... roles) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<CallResult> teardown() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
