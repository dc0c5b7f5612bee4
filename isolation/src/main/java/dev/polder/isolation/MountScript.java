package dev.polder.isolation;

import dev.polder.isolation.IntentScript.UnfitException;
import java.nio.file.Path;
import java.util.List;

/**
 * What a shell in a mount namespace of its own, which is root there, does for the volumes of a container.
 *
 * <pre>
 *  source --bind--> place (nobody else's) --is it the right one? read-only?--> moved to the target
 * </pre>
 * Other processes of the task's user may exchange directories of the sandbox for links meanwhile. So a target is held, by
 * the working directory or an open file, and the kernel asked what it is; and {@code mount} is told not to look up paths
 * itself. A source needs no such care, as what was mounted is looked at afterwards.
 */
final class MountScript {
    private static final String FUNCTIONS = """
            refuse() { echo "volume $*" >&2; exit 1; }
            each_below() {
                while read -r id parent device root point options rest; do
                    case $point in "$1" | "$1"/*) "$2" ;; esac
                done </proc/self/mountinfo
            }
            lock() { "$mount" -o remount,bind,ro "$(printf %b "$point")"; }
            check() { case $options in ro | ro,*) ;; *) refuse "$point is not read-only" ;; esac }
            stage() {
                "$mount" -c --rbind "$1" "$3" || exit 1
                [ "$("$stat" -c %d:%i "$3")" = "$2" ] || refuse "$1 is not what it was"
                "$mount" -c "--make-$4" "$3" || exit 1
                [ "$5" = rw ] || { each_below "$6" lock; each_below "$6" check; }
            }
            put() {
                if [ -d "$1" ]; then
                    cd -P "$2" && [ "$(pwd -P)" = "$2" ] || refuse "target $2 is not what it was"
                    "$mount" -c --move "$1" . || exit 1
                else
                    [ -f "$2" ] && exec 9<"$2" && [ "$("$readlink" /proc/self/fd/9)" = "$2" ] ||
                        refuse "target $2 is not what it was"
                    "$mount" -c --move "$1" /proc/self/fd/9 || exit 1
                    exec 9<&-
                fi
            }
            """;

    private MountScript() {}

    /**
     * Returns lines for a shell, nothing if there are no volumes.
     *
     * @param move whether to move them to their targets; if not, somebody else takes them from their places
     */
    static String of(List<VolumeMount> volumes, boolean move) throws UnfitException {
        if (volumes.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("(\n");
        addTool(out, "mount");
        addTool(out, "stat");
        addTool(out, "readlink");
        out.append(FUNCTIONS);
        for (VolumeMount volume : volumes) {
            addCall(
                    out,
                    "stage",
                    volume.source().toString(),
                    volume.identity(),
                    volume.place().toString(),
                    volume.receivesMounts() ? "rslave" : "rprivate",
                    volume.readOnly() ? "ro" : "rw",
                    escaped(volume.place()));
        }
        if (move) {
            // after all are there, as one may hide another's place
            volumes.forEach(volume -> addCall(out, "put", volume.place().toString(), volume.target()));
        }
        return out.append(") || exit 1\n").toString();
    }

    private static void addTool(StringBuilder out, String name) throws UnfitException {
        Path tool = HostPrograms.find(name)
                .orElseThrow(() -> new UnfitException("to give a task volumes this host lacks " + name));
        out.append(name).append('=').append(IntentScript.quote(tool.toString())).append('\n');
    }

    private static void addCall(StringBuilder out, String function, String... words) {
        out.append(function);
        for (String word : words) {
            out.append(' ').append(IntentScript.quote(word));
        }
        out.append('\n');
    }

    /** As the kernel writes it in its table of mounts. */
    private static String escaped(Path path) {
        return path.toString()
                .replace("\\", "\\134")
                .replace(" ", "\\040")
                .replace("\t", "\\011")
                .replace("\n", "\\012");
    }
}
