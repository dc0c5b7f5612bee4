# The launch shell: starts tasks, and leaves beside each a shim that outlives this shell and the JVM that it serves.
#
#   launch-shell.sh ROOT LINES PROC BOOT ORPHAN-SHIMS END-ORPHANS   (orders on stdin, reports on stdout)
#
#   JVM --order--> launch shell --fork--> shim --fork--> task
#    ^ '-------------- ID ---------------^ |              |
#    '------- "- id how it ended line" ----'              |
#    '--------- "+ id pid tick shim boot" ----------------'
#
# A shim whose task has ended waits for the next one, at a line: LINES0 to LINES7 are named pipes to which the JVM writes
# what is to be launched. They end with the JVM, and so does who waits there.
#
# Orders:  launch ID, signal PID TICK NAME. Nothing that a user wrote is in an order; it is in ROOT/ID/intent.
# Reports: + and - as above (without a line if no shim waits), "? LINE" for a shim that waits again as the launch was
#          cancelled, "! ID" for one that could not be forked, "= ID PLACE" for one that a test has stopped.
#
# A process is named by its number and a tick of the boot's clock (1/100 s) at which it lived: it started no later, and
# whoever gets its number after it starts later.
#
# Runs in dash, bash and busybox ash. On the way to a task it forks for nothing else, and reads few bytes: read takes
# them one by one, so that a line of /proc/self/stat would cost as much as a fork.

root=$1 lines=$2 proc=$3 boot=$4 orphan_shims=$5 end_orphans=$6
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
unreaped=0
trap '' HUP INT QUIT TERM PIPE

# Sets start to the tick at which process $1 started, and state to its state's letter. Its name may hold line breaks.
look_at() {
    stat=
    while IFS= read -r line; do stat=$stat$line; done <"$proc/$1/stat" || return 1
    set -- ${stat##*) }
    state=$1 start=${20}
    [ "$start" ]
}

# Sets tick to one at which the caller lives. Some containers are shown an uptime of their own; there it is the
# caller's start, which takes longer to find out.
tick_now() {
    if [ "$uptime_fits" ]; then
        read -r tick rest <"$proc/uptime"
        tick=${tick%.*}${tick#*.}
    elif [ "$procfs" ]; then
        look_at self
        tick=$start
    else
        tick=0
    fi
}

# Sets self to the caller's number ($$ is the launch shell's), and goes to directory $1.
find_self() {
    if [ "$procfs" ]; then
        cd -P "$proc/self" && self=${PWD##*/} && cd "$1"
    else
        self=$(exec sh -c 'echo $PPID') && cd "$1"
    fi
}

procfs='' uptime_fits=''
if look_at self; then
    procfs=yes
    find_self /
    if [ "$self" = "$$" ]; then
        uptime_fits=yes
        tick_now
        [ "$start" -le "$tick" ] || uptime_fits=
    else
        # that of another namespace: its numbers mean others here
        procfs='' orphan_shims=no
    fi
fi

# A test may stop a launch at a place: its intent sets hold, and the file of that name goes away when it may go on.
pause_at() {
    [ "$hold" = "$1" ] || return 0
    echo "= $id $1"
    while [ -e "$root/$id/hold" ]; do sleep 0.02 || sleep 1; done
}

# Is there still the process $1 that lived at tick $2? Without /proc: is there a process $1?
lives() {
    if [ "$procfs" ]; then
        look_at "$1" && [ "$start" -le "$2" ] && [ "$state" != Z ]
    else
        is_process "$1" && kill -0 "$1"
    fi
}

# May process $1 be signalled, and its group? To kill, 0 is our own group and -1 is everybody on this host, so a number
# that came from a file is looked at before anything is done with it.
is_process() {
    case $1 in
    '' | *[!0-9]*) return 1 ;;
    *) [ "$1" -gt 1 ] ;;
    esac
}

# Signals the group of process $1, or the process alone while it has not yet made its group.
send() {
    is_process "$1" || return
    kill "-$2" "-$1" || kill "-$2" "$1"
}

# The task's process, until it becomes the task's program. What a user wrote is run from here on only.
become_task() {
    trap - HUP INT QUIT TERM
    find_self "$root/$id" || exit 1
    tick_now
    pause_at before-pid
    set -C
    # whoever makes this name first decides: a launcher that has given this launch up makes it too
    echo "$self
$tick $shim $boot" >pid || { is_process "$shim" && kill -KILL "$shim"; exit 1; }
    set +C
    echo "+ $id $self $tick $shim $boot"
    trap - PIPE
    cd "$sandbox" || exit 1
    unset PWD OLDPWD SHLVL PATH _
    task
    exit 1
}

# The shim: the task's parent, for as long as the task runs. It waits for another task then, if there is a line for it.
shim() {
    id=$1 line='' former_line=''
    find_self "$root/$id" || exit
    shim=$self
    run_task
    while [ "$line" ] && read -r id <&7; do
        if cd "$root/$id"; then run_task; else echo "? $line"; fi
    done
}

# Runs the task of the container in whose directory it is, unless that must not be started.
run_task() {
    hold='' runtime=''
    . ./intent || exit
    pause_at before-started
    set -C
    # whoever makes this name first decides; from now on the shell says there by what signal the task ended
    command exec 2>started || { set +C; [ -z "$line" ] || echo "? $line"; return; }
    set +C
    [ -z "$line" ] || exec 7<&-
    former_line=$line
    code=0 told=
    (become_task) || code=$?

    # 128 + n is signal n where the shell has said so. Of INT and PIPE no shell says a word, of TERM not every bash.
    case $code in
    130 | 141) told=yes ;;
    143) [ -s started ] || [ "$BASH_VERSION" ] && told=yes ;;
    129 | 1[3-9]? | 2??) [ -s started ] && told=yes ;;
    esac
    # a runtime ends by itself with the signal of its program added to 128
    [ "$runtime" ] && [ "$code" -gt 128 ] && [ "$code" -le 192 ] && told=yes
    if [ -s trouble ]; then
        end="uncontained $code" # what should have contained it says there why it did not
    elif [ "$told" ]; then
        end="signaled $((code - 128))"
    else
        end="exited $code"
    fi
    # what is left of the task's group goes with it
    read -r pid <pid && is_process "$pid" && kill -KILL "-$pid"
    until echo "$end" >exit; do
        [ -e started ] || exit
        sleep 1
    done
    pause_at before-report
    find_line
    echo "- $id $end${line:+ $line}"
}

# Sets line to one at which nobody waits, and opens it as 7; to nothing if there is none. Who has made the name waits
# there, until the JVM deletes it, which it does when the shim has taken its order.
find_line() {
    set -C
    for line in $former_line 0 1 2 3 4 5 6 7; do
        if [ ! -e "$lines$line.taken" ] && [ -p "$lines$line" ] && echo "$shim" >"$lines$line.taken"; then
            # by both ends first, or it would wait for a JVM that may be gone; then by one, or it would not see its end
            command exec 8<>"$lines$line" 7<"$lines$line" 8>&- || break
            set +C
            cd "$root" # who is in a container's directory is its shim
            return
        fi
    done
    set +C
    line=
}

# Forks a shim. A background job has INT and QUIT ignored for good, and so had the task. So the shim is forked in the
# foreground by a process in between, which it then kills, so that nobody waits for it; whoever reaps orphans reaps it.
# The one in between does nothing but find its own number, for a fresh process pays anew for all that it touches. It waits
# for the shim, so that number is its own as long as nobody else has killed it, and no other's for long after.
# Where nobody reaps orphans (the JVM is process 1, or there is no /proc of ours), shims stay background jobs of this shell.
launch() {
    if [ "$orphan_shims" = yes ]; then
        (
            cd -P "$proc/self" || exit
            (kill -KILL "${PWD##*/}" && shim "$1")
            exit
        ) </dev/null
        [ $? = 137 ] || echo "! $1"
    else
        shim "$1" </dev/null &
        unreaped=$((unreaped + 1))
        if [ "$unreaped" -ge 64 ]; then
            jobs >/dev/null # reaps
            unreaped=0
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
            if { read -r pid && read -r tick rest; } <pid; then
                lives "$pid" "$tick" || continue
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

# For ROOT/end.sh, which removes what ended tasks have elsewhere: removes control groups, with all below, as nobody will
# ask what they have counted.
remove_groups() {
    round=0
    while [ "$round" -lt 50 ]; do
        round=$((round + 1)) left=
        for group do [ ! -d "$group" ] || left=yes; done
        [ "$left" ] || break
        [ "$round" = 1 ] || sleep 0.1 || sleep 1
        find "$@" -depth -type d -exec rmdir {} +
    done
}

while read -r order first tick signal; do
    case $order in
    launch) launch "$first" ;;
    signal) lives "$first" "$tick" && send "$first" "$signal" ;;
    esac
done
if [ "$end_orphans" = yes ]; then
    end_tasks
    [ ! -e "$root/end.sh" ] || (. "$root/end.sh")
fi
exit 0
