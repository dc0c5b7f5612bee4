/**
 * Graphics processors, each of which one container has at a time. Knows them by their nodes alone, and nothing of their
 * drivers.
 */
@NullMarked
package dev.polder.isolation.gpu;

import org.jspecify.annotations.NullMarked;
