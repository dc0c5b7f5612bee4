# The launch shell: starts tasks, and leaves beside each a shim that outlives this shell and the JVM that it serves.
#
#   launch-shell.sh ROOT PROC BOOT ORPHAN-SHIMS END-ORPHANS   (orders on stdin, reports on stdout)
#
#   JVM --order--> launch shell --fork--> shim --fork--> task
#    ^                                     |              |
#    '--------- "- id how it ended" -------'              |
#    '--------- "+ id pid ticks shim" --------------------'
#
# Orders:  launch ID, signal PID TICKS NAME. Nothing that a user wrote is in an order; it is in ROOT/ID/intent.
# Reports: + and - as above, "! ID" for a shim that could not be forked, "= ID PLACE" for one that a test has stopped.
#
# Runs in dash, bash and busybox ash; uses builtins only on the way to a task, as every fork is paid for by each launch.

root=$1 proc=$2 boot=$3 orphan_shims=$4 end_orphans=$5
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unforgotten=0
procfs=
[ -r "$proc/self/stat" ] && procfs=yes
trap '' HUP INT QUIT TERM PIPE

# A test may stop a launch at a place: its intent sets hold, and the file of that name goes away when it may go on.
pause_at() {
    [ "$hold" = "$1" ] || return 0
    echo "= $id $1"
    while [ -e "$root/$id/hold" ]; do sleep 0.02 || sleep 1; done
}

# Sets pid, ticks (field 22 of stat, when it started) and parent of the process that calls it; $$ is the launch shell's.
identify_self() {
    if [ "$procfs" ]; then
        read -r stat <"$proc/self/stat"
        pid=${stat%% *}
        set -- ${stat##*) }
        parent=$2 ticks=${20}
    else
        pid=$(exec sh -c 'echo $PPID') parent=0 ticks=0
    fi
}

# Is there a process $1 that started at tick $2? Its name may hold line breaks. Without /proc: is there a process $1?
lives() {
    if [ "$procfs" ]; then
        stat=
        while IFS= read -r line; do stat=$stat$line; done <"$proc/$1/stat" || return 1
        set -- "$2" ${stat##*) }
        [ "${21}" = "$1" ] && [ "$2" != Z ]
    else
        kill -0 "$1"
    fi
}

# Signals the group of process $1, or the process alone while it has not yet made its group.
send() {
    kill "-$2" "-$1" || kill "-$2" "$1"
}

# The task's process, until it becomes the task's program. What a user wrote is run from here on only.
become_task() {
    trap - HUP INT QUIT TERM
    identify_self
    pause_at before-pid
    set -C
    # whoever makes this name first decides: a launcher that has given this launch up makes it too
    echo "$pid
$ticks $parent $boot" >pid || { kill -KILL "$parent"; exit 1; }
    set +C
    echo "+ $id $pid $ticks $parent"
    trap - PIPE
    cd "$sandbox" || exit 1
    unset PWD OLDPWD SHLVL PATH _
    task
    exit 1
}

# The shim: the task's parent, for as long as the task runs. Its working directory is the container's.
shim() {
    id=$1
    cd "$root/$id" || exit
    . ./intent || exit
    pause_at before-started
    set -C
    # whoever makes this name first decides; from now on the shell says there by what signal the task ended
    exec 2>started || exit
    set +C
    (become_task)
    code=$? told=

    # 128 + n is signal n where the shell has said so. Of INT and PIPE no shell says a word, of TERM not every bash.
    case $code in
    130 | 141) told=yes ;;
    143) [ -s started ] || [ "$BASH_VERSION" ] && told=yes ;;
    129 | 1[3-9]? | 2??) [ -s started ] && told=yes ;;
    esac
    if [ "$told" ]; then end="signaled $((code - 128))"; else end="exited $code"; fi
    # what is left of the task's group goes with it
    read -r pid <pid && kill -KILL "-$pid"
    until echo "$end" >exit; do
        [ -e started ] || exit
        sleep 1
    done
    pause_at before-report
    echo "- $id $end"
}

# Forks a shim. A background job has INT and QUIT ignored for good, and so had the task. So the shim is forked in the
# foreground by a process in between, which it then kills, so that nobody waits for it; whoever reaps orphans reaps it.
# Where nobody does (the JVM is process 1), shims stay background jobs of this shell.
launch() {
    if [ "$orphan_shims" = yes ]; then
        (
            cd -P "$proc/self" && between=${PWD##*/} || exit
            (kill -KILL "$between" && shim "$1")
            exit 1
        ) </dev/null
        [ $? = 137 ] || echo "! $1"
    else
        shim "$1" </dev/null &
        unforgotten=$((unforgotten + 1))
        if [ "$unforgotten" -ge 64 ]; then
            jobs >/dev/null # reaps
            unforgotten=0
        fi
    fi
}

# Ends every task below ROOT, as the JVM that should have is gone: TERM, 3 s later KILL.
end_tasks() {
    told=
    round=0
    while [ "$round" -lt 100 ]; do
        round=$((round + 1)) left=
        for directory in "$root"/*/; do
            cd "$directory" || continue
            [ -e exit ] && continue
            (set -C; echo cancelled >started) && continue
            if read -r pid <pid && { read -r pid; read -r ticks rest; } <pid; then
                lives "$pid" "$ticks" || continue
                left=yes
                case $told in
                *" $pid "*) [ "$round" -lt 30 ] || send "$pid" KILL ;;
                *) send "$pid" TERM; told="$told $pid " ;;
                esac
            else
                read -r maker <started
                [ "$maker" = cancelled ] || [ "$round" -ge 30 ] || left=yes
            fi
        done
        [ "$left" ] || break
        sleep 0.1 || sleep 1
    done
}

while read -r order first second third; do
    case $order in
    launch) launch "$first" ;;
    signal) lives "$first" "$second" && send "$first" "$third" ;;
    esac
done
if [ "$end_orphans" = yes ]; then end_tasks; fi
exit 0
