package dev.polder.offer.loop;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An answer that the loop's own thread cannot wait for by mistake: it would wait for itself. */
final class Answer<T> extends CompletableFuture<T> {
    private final Thread loop;

    Answer(Thread loop) {
        this.loop = loop;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new Answer<>(loop);
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        requireAnother();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        requireAnother();
        return super.get(timeout, unit);
    }

    @Override
    public T join() {
        requireAnother();
        return super.join();
    }

    private void requireAnother() {
        if (Thread.currentThread() == loop && !isDone()) {
            throw new IllegalStateException("thread '" + loop.getName()
                    + "' would wait for itself: a listener or request may ask, but not wait for the answer");
        }
    }
}
