/** Tests of bundles and filters of system calls: against plain models, and run by runc, crun and bwrap. */
@NullMarked
package dev.polder.isolation.oci;

import org.jspecify.annotations.NullMarked;
