/** Tests of the fetcher: files and archives that mean well and ill, servers on loopback, sandboxes of hostile users. */
@NullMarked
package dev.polder.isolation.fetch;

import org.jspecify.annotations.NullMarked;
