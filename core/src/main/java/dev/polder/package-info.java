/**
 * What a host application sees first: a node of the cluster, its configuration and its roles.
 *
 * <p>{@code ClusterNode.start()} is the way in. Everything else in this module lies in the packages below
 * this one, each of which may use only those listed under it in the design.
 */
@NullMarked
package dev.polder;

import org.jspecify.annotations.NullMarked;
