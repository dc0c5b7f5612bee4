package dev.polder.framework;

import dev.polder.model.Failure;
import dev.polder.model.FrameworkId;
import dev.polder.model.MasterInfo;
import dev.polder.model.Offer;
import dev.polder.model.OfferId;
import dev.polder.model.TaskStatus;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Writes down what it is told. */
final class RecordingFramework implements Framework {
    final List<String> told = new CopyOnWriteArrayList<>();
    final List<Offer> offers = new CopyOnWriteArrayList<>();
    final List<TaskStatus> updates = new CopyOnWriteArrayList<>();
    final List<Thread> threads = new CopyOnWriteArrayList<>();
    volatile Consumer<TaskStatus> onUpdate = status -> {};
    volatile Consumer<Offer> onOffer = offer -> {};

    @Override
    public void onSubscribed(SchedulerDriver driver, FrameworkId id, MasterInfo master) {
        tell("subscribed " + id);
    }

    @Override
    public void onOffers(SchedulerDriver driver, List<Offer> some) {
        for (Offer offer : some) {
            tell("offer " + offer.id());
            offers.add(offer);
            onOffer.accept(offer);
        }
    }

    @Override
    public void onRescinded(SchedulerDriver driver, OfferId offerId) {
        tell("rescinded " + offerId);
    }

    @Override
    public void onUpdate(SchedulerDriver driver, TaskStatus status) {
        tell("update " + status);
        onUpdate.accept(status);
        updates.add(status);
    }

    @Override
    public void onFailure(SchedulerDriver driver, Failure failure) {
        tell("failure " + failure.agentId());
    }

    @Override
    public void onDisconnected(SchedulerDriver driver) {
        tell("disconnected");
    }

    @Override
    public void onError(SchedulerDriver driver, String message) {
        tell("error " + message);
    }

    @Override
    public void onException(SchedulerDriver driver, Throwable thrown) {
        tell("exception " + thrown.getMessage());
    }

    private void tell(String what) {
        told.add(what);
        threads.add(Thread.currentThread());
    }
}
