package dev.polder.isolation.cgroup;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Runs test classes and writes a line for each test to a file, the last line when all are done. */
final class TestsInside implements TestExecutionListener {
    static final String DONE = "done";

    private final Path lines;

    private TestsInside(Path lines) {
        this.lines = lines;
    }

    public static void main(String[] args) throws IOException {
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request();
        for (String name : List.of(args).subList(1, args.length)) {
            request.selectors(selectClass(name));
        }
        LauncherDiscoveryRequest tests = request.build();
        TestsInside heard = new TestsInside(Path.of(args[0]));
        LauncherFactory.create().execute(tests, heard);
        heard.add(DONE);
    }

    /** Each line at once, so that one can see where it stands still. */
    private void add(String line) {
        try {
            Files.writeString(
                    lines, line.replace('\n', ' ') + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        add("skipped " + test.getDisplayName() + ": " + reason);
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        String why = result.getThrowable().map(Throwable::toString).orElse("");
        if (test.isTest() || result.getStatus() == TestExecutionResult.Status.FAILED) {
            String how = switch (result.getStatus()) {
                case SUCCESSFUL -> "passed ";
                case ABORTED -> "skipped ";
                case FAILED -> "failed ";
            };
            add(how + test.getDisplayName() + ": " + why);
            result.getThrowable()
                    .filter(failure -> result.getStatus() == TestExecutionResult.Status.FAILED)
                    .ifPresent(Throwable::printStackTrace);
        }
    }
}
