package dev.polder.isolation.docker;

import java.io.IOException;

/** The engine has understood a call and says no, in its own words. */
public final class DockerException extends IOException {
    private final int status;

    DockerException(String call, int status, String message) {
        super(call + " is answered with " + status + ": " + message);
        this.status = status;
    }

    /** Returns the status of HTTP: 404 for what is not there, 409 for what does not go now, 500 for its own trouble. */
    public int status() {
        return status;
    }
}
