/** Tests of what OCI runtimes are told. */
@NullMarked
package dev.polder.isolation.runtime;

import org.jspecify.annotations.NullMarked;
