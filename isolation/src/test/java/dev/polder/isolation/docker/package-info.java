/** Tests of containers of a Docker Engine: against one that is made up, and against dockerd. */
@NullMarked
package dev.polder.isolation.docker;

import org.jspecify.annotations.NullMarked;
