package dev.polder.isolation;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** For the flight recorder: the launch shell, or a shim that waited, was told to start a container. Costs nothing while nobody records. */
@Name("dev.polder.LaunchOrdered")
@Label("Launch Ordered")
@Category("Polder")
@Description("The launch shell, or a shim that waited, was told to start a container")
@StackTrace(false)
final class LaunchOrdered extends Event {
    @Label("Container")
    String container = "";
}
