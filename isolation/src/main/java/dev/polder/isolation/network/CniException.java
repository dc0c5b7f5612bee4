package dev.polder.isolation.network;

import java.io.IOException;

/** A plug-in has said no, in its own words. */
public final class CniException extends IOException {
    private static final long serialVersionUID = 1;

    private final long code;

    CniException(String call, long code, String words) {
        super(call + " failed with code " + code + ": " + words);
        this.code = code;
    }

    /** Returns the code of the specification (1 to 99; 11 is "try again later") or the plug-in's own (100 and above). */
    public long code() {
        return code;
    }
}
