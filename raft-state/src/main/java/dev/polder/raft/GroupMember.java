package dev.polder.raft;

import java.nio.charset.StandardCharsets;

/**
 * One member of a group, as the list of members has it.
 *
 * @param name its address, or whatever a group of one calls itself; 1 to 255 bytes
 * @param incarnation of its directory; empty if the list does not say, then whoever is met first under that name is it
 */
record GroupMember(String name, String incarnation) {
    GroupMember {
        check(name, 1, MemberAddress.LENGTH_MAX);
        check(incarnation, 0, RaftPeers.ID_BYTES_MAX);
    }

    private static void check(String text, int bytesMin, int bytesMax) {
        int bytes = text.getBytes(StandardCharsets.UTF_8).length;
        if (bytes < bytesMin || bytes > bytesMax) {
            throw new IllegalArgumentException(
                    "'" + text + "' has " + bytes + " bytes, must have " + bytesMin + " to " + bytesMax);
        }
    }

    @Override
    public String toString() {
        return incarnation.isEmpty() ? name : name + "/" + incarnation;
    }
}
