/**
 * The nouns of the cluster, as records and enums: ids, tasks, agents, frameworks.
 *
 * <p>Nothing here does anything, and nothing here knows how it is encoded.
 */
@NullMarked
package dev.polder.model;

import org.jspecify.annotations.NullMarked;
