package dev.polder.http;

import java.io.IOException;

/** The answer to an upgrade was not 101; {@link #response()} is what it was. */
public final class UpgradeRefusedException extends IOException {

    private static final long serialVersionUID = 1L;

    private final transient HttpResponse response;

    UpgradeRefusedException(String message, HttpResponse response) {
        super(message);
        this.response = response;
    }

    /** What the server answered instead. */
    public HttpResponse response() {
        return response;
    }
}
