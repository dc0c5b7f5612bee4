/**
 * Networks of containers by the Container Network Interface (CNI): the networks that an operator has set up, the plug-ins
 * that attach a container to them, the namespaces it is attached in.
 *
 * <pre>
 *  CniRuntime ──► CniConfigurations   files of the operator, read at each attachment
 *      │     ──► attachments          on disk before the first plug-in runs, so none is forgotten
 *      └───────► plug-ins             programs, one process a call, with a time limit
 *  NetworkIsolator                    all of it, for the containers that want networks
 *  NetworkNamespaces                  one a container, kept by a mount, without a process
 *  ContainerFiles                     its hostname, hosts and resolv.conf
 *  PortsIsolator ──► PortsWatch       who of the host's network listens on ports that are not his
 * </pre>
 * Calls block and take the thread of their caller; {@code PortsIsolator} alone has one of its own. But for the two isolators
 * it knows containers by their {@link dev.polder.isolation.ContainerId} alone.
 */
@NullMarked
package dev.polder.isolation.network;

import org.jspecify.annotations.NullMarked;
