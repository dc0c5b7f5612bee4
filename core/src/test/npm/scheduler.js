"use strict";
// Launches one task and prints each state of it; ends with it.
const { Scheduler, Mesos } = require("mesos-framework");
const mesos = Mesos.getMesos();

const scheduler = new Scheduler({
    masterUrl: process.argv[2],
    port: Number(process.argv[3]),
    useZk: false,
    masterConnectionTimeout: 60,
    frameworkName: "npm",
    frameworkFailoverTimeout: 10,
    restartStates: [],
    logging: { level: "error", path: process.argv[4], fileName: "scheduler.log" },
    tasks: {
        echo: {
            priority: 1,
            instances: 1,
            commandInfo: new mesos.CommandInfo(null, null, true, "echo from a real process; exit 0", null, null),
            resources: { cpus: 0.1, mem: 32, ports: 0, disk: 0 }
        }
    }
});

let finished = false;
scheduler.on("update", update => {
    console.log(update.status.state);
    if (update.status.state === "TASK_FINISHED") {
        finished = true;
        // the acknowledgement goes out behind this event
        setImmediate(() => {
            scheduler.teardown(() => process.exit(0));
            setTimeout(() => process.exit(0), 2000).unref();
        });
    }
});
scheduler.on("error", error => {
    if (finished) {
        // the stream ends with the framework
        process.exit(0);
    }
    console.error(String(error.message || error));
    process.exit(1);
});
scheduler.on("ready", () => scheduler.subscribe());
