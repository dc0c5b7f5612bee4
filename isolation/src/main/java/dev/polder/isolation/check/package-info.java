/**
 * Checks of running containers, as Mesos has them: commands, HTTP and TCP, from inside. What a result means and when the
 * next check is due is decided by {@code CheckJudge}, which is told the time; {@code Checks} does what is due.
 *
 * <p>Stands on {@code dev.polder.isolation.attach}, which brings commands into containers. HTTP needs curl on this host, TCP
 * needs bash.
 */
@NullMarked
package dev.polder.isolation.check;

import org.jspecify.annotations.NullMarked;
