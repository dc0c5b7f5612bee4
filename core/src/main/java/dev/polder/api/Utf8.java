package dev.polder.api;

/** Where characters end in bytes of UTF-8. */
final class Utf8 {
    private static final int BYTES_MAX = 4;

    private Utf8() {}

    /**
     * Returns how many of the bytes there are without a character at the end that is cut off, so that who reads on from
     * there finds it whole; all of them if nothing would be left, or who reads on would not get any further.
     */
    static int wholeCharacters(byte[] bytes) {
        for (int back = 1; back < Math.min(BYTES_MAX, bytes.length); back++) {
            int value = bytes[bytes.length - back] & 0xff;
            boolean continues = (value & 0xc0) == 0x80;
            if (!continues) {
                return lengthOf(value) > back ? bytes.length - back : bytes.length;
            }
        }
        return bytes.length;
    }

    /** Returns how many bytes the character has that begins so. */
    private static int lengthOf(int lead) {
        if (lead < 0xc2 || lead > 0xf4) {
            return 1;
        }
        if (lead < 0xe0) {
            return 2;
        }
        return lead < 0xf0 ? 3 : 4;
    }
}
