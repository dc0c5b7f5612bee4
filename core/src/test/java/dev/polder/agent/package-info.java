/** Tests of the agent. */
@NullMarked
package dev.polder.agent;

import org.jspecify.annotations.NullMarked;
