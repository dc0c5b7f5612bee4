/** Tests of networks of containers: against plug-ins that are made up, and against real ones in a host of their own. */
@NullMarked
package dev.polder.isolation.network;

import org.jspecify.annotations.NullMarked;
