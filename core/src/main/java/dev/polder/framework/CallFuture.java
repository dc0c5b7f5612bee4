package dev.polder.framework;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** The result of a call, which refuses to be waited for on the thread that is going to complete it. */
final class CallFuture<T> extends CompletableFuture<T> {
    private final BooleanSupplier onCallbackThread;

    CallFuture(BooleanSupplier onCallbackThread) {
        this.onCallbackThread = onCallbackThread;
    }

    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CallFuture<>(onCallbackThread);
    }

    @Override
    public T join() {
        checkThread();
        return super.join();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        checkThread();
        return super.get();
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        checkThread();
        return super.get(timeout, unit);
    }

    private void checkThread() {
        if (!isDone() && onCallbackThread.getAsBoolean()) {
            throw new IllegalStateException("the result of a call comes on the thread of the callbacks, "
                    + "so a callback cannot wait for it; use thenAccept");
        }
    }
}
