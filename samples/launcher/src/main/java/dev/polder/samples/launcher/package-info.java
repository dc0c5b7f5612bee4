/**
 * The launcher: one runnable jar that starts a node, runs a command on a private one, and shows a demonstration.
 *
 * <p>It uses Polder as any host application does and holds nothing that another module needs.
 */
@NullMarked
package dev.polder.samples.launcher;

import org.jspecify.annotations.NullMarked;
