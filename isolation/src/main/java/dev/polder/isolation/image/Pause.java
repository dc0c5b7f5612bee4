package dev.polder.isolation.image;

import java.time.Duration;

/** Waits, or, in a test, says that it would have waited. */
interface Pause {
    Pause REAL = time -> Thread.sleep(time.toMillis());

    void pause(Duration time) throws InterruptedException;
}
