/**
 * Messages and their encodings: protobuf, JSON as Mesos reads and writes it, RecordIO, and log entries.
 *
 * <p>No other package of this module turns objects into bytes.
 */
@NullMarked
package dev.polder.wire;

import org.jspecify.annotations.NullMarked;
