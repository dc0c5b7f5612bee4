package dev.polder.framework;

import org.junit.jupiter.api.Tag;

@Tag("slow")
final class HttpSchedulerLinkTest extends SchedulerLinkContract {
    @Override
    FakeMaster startMaster() {
        return new HttpFakeMaster();
    }

    @Override
    SchedulerLink startLink(String threadName) {
        return HttpSchedulerLink.start(threadName);
    }
}
