/** Tests of control groups: on kernels that are made up, and on the one that runs them (tag slow). */
@NullMarked
package dev.polder.isolation.cgroup;

import org.jspecify.annotations.NullMarked;
