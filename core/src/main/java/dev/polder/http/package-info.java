/**
 * An HTTP/1.1 server and client on Netty: requests with bounded bodies, chunked streams with bounded outboxes, upgraded
 * connections of length-prefixed frames, routing and content negotiation.
 *
 * <p>It knows nothing of Mesos, and no Netty type shows. Every buffer has a bound in bytes: a peer that is slow or
 * hostile costs itself its connection, and nobody else anything.
 */
@NullMarked
package dev.polder.http;

import org.jspecify.annotations.NullMarked;
