package dev.polder.master;

/** Where the answer to one call goes. Answered once; returns at once; an answer to nobody is dropped. */
public interface ReplyTo {
    /**
     * Answers.
     *
     * @param status an HTTP status
     * @param text words for people, empty for none
     */
    void answer(int status, String text);
}
