/**
 * Messages and their encodings: protobuf, JSON as Mesos reads and writes it, and RecordIO framing.
 *
 * <p>The messages themselves are generated into {@code dev.polder.wire.proto}. Nothing here knows where bytes come
 * from or what a message means; whatever does not decode is refused with words and changes nothing.
 */
@NullMarked
package dev.polder.wire;

import org.jspecify.annotations.NullMarked;
