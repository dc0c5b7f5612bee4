/**
 * What an OCI runtime, runc or crun, is told about a container: the bundle's {@code config.json}, and the filter of
 * system calls in it.
 *
 * <pre>
 *  OciProcess, OciContainer ──► OciBundle       config.json in a directory
 *  SeccompProfile ──► SeccompFilter ──┤         in the runtime's form
 *                                     └──►      as a BPF program, for whoever installs filters itself
 * </pre>
 * Nothing here starts a process; the root filesystem, the control group and the runtime are the caller's.
 */
@NullMarked
package dev.polder.isolation.oci;

import org.jspecify.annotations.NullMarked;
