/**
 * Containers in images: what a task and its image say together, written into a bundle, and an OCI runtime that runs it
 * under the shim of every other task.
 *
 * <pre>
 *  image held in the store ──► root laid ──► bundle ──► shim ─► unshare ─► init ─► root mounted ─► runc ─► task
 * </pre>
 * It joins {@code .image} and {@code .oci}, and pulls nothing. Linux and root only.
 */
@NullMarked
package dev.polder.isolation.runtime;

import org.jspecify.annotations.NullMarked;
