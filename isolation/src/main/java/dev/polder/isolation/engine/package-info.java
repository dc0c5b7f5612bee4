/**
 * Joins a Docker engine to the containerizer: an isolator that makes a container at the engine and has the engine's client
 * run it as the task.
 *
 * <pre>
 *  DockerTask ──► DockerIsolator ──► DockerEngine: create          shim ──► docker start --attach ──► engine ──► container
 *  what runs        one of a node     inspect, usage, remove        ours      the task, for us
 * </pre>
 * What an engine is asked, and how, is {@code dev.polder.isolation.docker}'s.
 */
@NullMarked
package dev.polder.isolation.engine;

import org.jspecify.annotations.NullMarked;
