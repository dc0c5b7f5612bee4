/** Tests of what joins a Docker engine to the containerizer. */
@NullMarked
package dev.polder.isolation.engine;

import org.jspecify.annotations.NullMarked;
