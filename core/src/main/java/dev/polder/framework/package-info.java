/**
 * The Java API for writing a scheduler: a {@link dev.polder.framework.Framework} reacts to offers and updates, a
 * {@link dev.polder.framework.FrameworkDriver} keeps it subscribed to whichever master leads.
 *
 * <p>It speaks the same protocol as any other client and knows neither master nor agent; how calls and events travel is
 * hidden behind one link.
 */
@NullMarked
package dev.polder.framework;

import org.jspecify.annotations.NullMarked;
