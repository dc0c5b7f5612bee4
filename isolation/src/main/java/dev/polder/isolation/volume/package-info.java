/**
 * What containers find in their trees beside their sandboxes: parts of the host, of the sandbox, secrets, images, and what
 * drivers of others provide. Knows nothing of how a container is started.
 */
@NullMarked
package dev.polder.isolation.volume;

import org.jspecify.annotations.NullMarked;
