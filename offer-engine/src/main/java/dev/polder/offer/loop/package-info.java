/**
 * The offer engine with a thread of its own, for a program that embeds nothing else of Polder.
 *
 * <p>This is the one package of the module that knows threads and a clock; the engine itself stays pure. Masters do not
 * use it: they call the engine on a thread that they have already.
 */
@NullMarked
package dev.polder.offer.loop;

import org.jspecify.annotations.NullMarked;
