# shellcheck shell=bash disable=SC2034,SC2154 # the scripts that source this use what it sets, and set what it uses
# The works of bench/run that hold locks, connections or servers for long; sourced, not run. They start servers of their own.

# How the client of a system keeps many locks alive: one by one, or all with one lease or session.
kept_by() { # system
    case $(kind_of "$1") in
        holdfast | etcd) echo "${KEPT_BY:-client}" ;;
        redis) echo lock ;;
        zookeeper) echo client ;;
    esac
}

stop_system() { # system
    local pid
    for pid in "${SERVER_PID[$1]}" ${SERVER_OTHERS[$1]}; do stop "$pid"; done
    unset "SERVER_PID[$1]"
}

resident_kb() { awk '/VmRSS/ {print $2}' "/proc/$1/status"; }

# What a server needs for what it holds: live heap of a JVM, Redis' own account, else the process' resident memory.
server_bytes() { # system
    local pid=${SERVER_PID[$1]}
    case $(kind_of "$1") in
        holdfast | zookeeper)
            jcmd "$pid" GC.run >/dev/null
            nap 0.5
            jcmd "$pid" GC.class_histogram | awk '$1 == "Total" {print $3}' ;;
        redis) redis-cli -p "${SERVER_PORT[$1]}" info memory | tr -d '\r' | sed -n 's/^used_memory://p' ;;
        *) echo $(($(resident_kb "$pid") * 1024)) ;;
    esac
}

look_at() { # system: sets the figures that count what happened so far
    SERVER_TICKS[$1]=$(cpu_ticks "${SERVER_PID[$1]}")
    DRIVER_TICKS[$1]=$(cpu_ticks "${DRIVER_PID[$1]}")
    ask "$1" "requests name=x"
    REQUESTS[$1]=$(($(requests_served "$1") + $(field requests "$ANSWER")))
    wire "$1" "$WORK/$1.wire"
}

declare -A SERVER_TICKS DRIVER_TICKS REQUESTS

# The share of one core, in percent.
cpu_share() { # ticks seconds
    awk -v t="$1" -v hz="$CLOCK_TICKS" -v s="$2" 'BEGIN {printf "%.2f", 100 * t / hz / s}'
}

# Locks that are only kept alive. All systems at once: they do next to nothing, and the same minute hits all.
work_renewals() {
    local system seconds=$renewal_seconds server client requests
    local -A before
    for system in "${TURN[@]}"; do
        start_system "$system"
        start_driver "$system"
        ask "$system" "hold kind=$(kept_by "$system") name=renewals-$round count=$kept"
    done
    nap 15 # until connections that are of no use any more are closed
    for system in "${TURN[@]}"; do
        look_at "$system"
        mv "$WORK/$system.wire" "$WORK/$system.before"
        before[$system]="${SERVER_TICKS[$system]} ${DRIVER_TICKS[$system]} ${REQUESTS[$system]}"
    done
    nap "$seconds"
    for system in "${TURN[@]}"; do
        read -r server client requests <<<"${before[$system]}"
        look_at "$system"
        record renewals "$system" "per-$(kept_by "$system")" "$kept" "seconds=$seconds requests=$((REQUESTS[$system] - requests))$(
            ) server_cpu=$(cpu_share $((SERVER_TICKS[$system] - server)) "$seconds")$(
            ) client_cpu=$(cpu_share $((DRIVER_TICKS[$system] - client)) "$seconds")$(
            ) $(wire_between "$WORK/$system.before" "$WORK/$system.wire")"
        stop_driver "$system"
        stop_system "$system"
    done
}

# Fills a server with so many locks of fresh names; sets FILL_RATE and FILL_COUNT.
fill_system() { # system count ends_at_ms
    local port=${SERVER_PORT[$1]} begin=${EPOCHREALTIME/[.,]/}
    case $(kind_of "$1") in
        holdfast)
            run_to_end "$WORK/fill.log" java -Xmx256m -cp "$JAR" "$BENCH/Fill.java" "http://127.0.0.1:$port" "$2" "fill-$RUN" "$3"
            FILLED=$(grep '^FILLED ' "$WORK/fill.log")
            FILL_COUNT=$2 FILL_RATE=$(quotient "$2" "$(field ms "$FILLED")e-3" 0) ;;
        redis)
            # the names are drawn, and a name drawn twice is refused: the keys are counted
            run_to_end "$WORK/fill.log" redis-benchmark -h 127.0.0.1 -p "$port" -c 16 -P 16 -n "$2" -r 1000000000 --csv \
                SET "fill-$RUN-__rand_int__" client-0000000001 NX PXAT "$3"
            FILL_COUNT=$(redis-cli -p "$port" dbsize)
            FILL_RATE=$(awk -F '","' 'END {printf "%.0f", $2}' "$WORK/fill.log") ;;
        *)
            ask "$1" "hold kind=$(kept_by "$1") name=fill-$RUN count=$2"
            FILL_COUNT=$2 FILL_RATE=$(field rate "$ANSWER") ;;
    esac
}

# Holding many. Where leases can be made to end at one moment, they do, and a caller locks and unlocks meanwhile.
work_held() {
    local system count before after ends late
    for count in "${counts[@]}"; do
        for system in "${TURN[@]}"; do
            if [[ $(kind_of "$system") != holdfast && $(kind_of "$system") != redis ]] && ((count > peer_count_limit)); then
                echo "skipped: $count locks in $system, which would take minutes (--count-limit $peer_count_limit)"
                continue
            fi
            SERVER_FLAGS=(-Dholdfast.maxTtlMs=3600000)
            SERVER_HEAP=$held_heap start_system "$system"
            SERVER_FLAGS=()
            start_driver "$system"
            # what a server sets up once is not what a lock costs
            ask "$system" "hold kind=$(kept_by "$system") name=warm count=200"
            before=$(server_bytes "$system")
            late=$((count / 25000 + 10)) # seconds until all leases end together
            ends=$(($(date +%s%3N) + late * 1000))
            fill_system "$system" "$count" "$ends"
            after=$(server_bytes "$system")
            ANSWER="rate=$FILL_RATE count=$FILL_COUNT bytes_per_lock=$(quotient $((after - before)) "$FILL_COUNT" 0)"
            case $(kind_of "$system") in holdfast | redis) look_through_the_end "$system" "$ends" ;; esac
            record held "$system" lock "$count" "$ANSWER"
            stop_driver "$system"
            stop_system "$system"
        done
    done
}

look_through_the_end() { # system ends_at_ms
    local fields=$ANSWER left
    left=$(($2 - $(date +%s%3N)))
    ((left > 0)) || { echo "filling took longer than the leases last: no look at their end"; return; }
    if ((left > 4000)); then nap "$(quotient $((left - 4000)) 1000 2)"; fi
    # a million takes its time; the first seventh is not counted
    ask "$1" "uncontended kind=lock callers=1 ms=$((8000 + FILL_COUNT / 80))"
    ANSWER="$fields stall_ms=$(quotient "$(field max_us "$ANSWER")" 1000 1) meanwhile_p99_us=$(field p99_us "$ANSWER")"
}

# Killed and, where there are no other nodes, started again at once; with others it is the leader that is killed, and they have
# to do. When does a client that goes on trying have a lock of a fresh name?
work_recovery() {
    local system killed granted
    for system in "${TURN[@]}"; do
        start_system "$system"
        start_driver "$system" "${SERVER_NODES[$system]// /,}"
        ask "$system" "hold kind=$(kept_by "$system") name=survivor-$round count=16"
        nap 0.5
        killed=$(date +%s%3N)
        kill -9 "${SERVER_PID[$system]}"
        echo "regain name=survivor-$round ms=180000" >&"${FD_ASK[$system]}"
        wait "${SERVER_PID[$system]}" 2>/dev/null || true
        if ! has_followers "$system"; then
            AGAIN=1 PORT=${SERVER_PORT[$system]} DIRECTORY=${SERVER_DIRECTORY[$system]} start_system "$system"
        fi
        read_answer "$system" RESULT
        granted=$(field granted_at_ms "${ANSWER#RESULT }")
        record recovery "$system" lock 1 "regained_ms=$((granted - killed)) forgotten=$(field forgotten "${ANSWER#RESULT }")"
        kill -9 "${DRIVER_PID[$system]}" 2>/dev/null || true
        stop_driver "$system"
        stop_system "$system"
    done
}

# Callers that wait in line, each a thread of one client, and nothing happens; and connections that do nothing.
work_waiting() {
    local system before
    ulimit -Sn "$(ulimit -Hn)"
    for system in "${TURN[@]}"; do
        start_system "$system"
        start_driver "$system"
        ask "$system" "hold kind=$(kept_by "$system") name=warm count=200"
        before=$(server_bytes "$system")
        ask "$system" "queue kind=$(kept_by "$system") callers=$waiting count=100 ms=15000"
        look_while_nothing_happens "$system" "$before" "${DRIVER_PID[$system]}"
        ask "$system" "lost name=x"
        record waiting "$system" lock "$waiting" "$SEEN $ANSWER"
        kill -9 "${DRIVER_PID[$system]}" 2>/dev/null || true
        stop_driver "$system"
        stop_system "$system"

        start_system "$system"
        before=$(server_bytes "$system")
        start_idle "$system"
        look_while_nothing_happens "$system" "$before" "${DRIVER_PID[idle]}"
        ask idle end
        record waiting "$system" idle "$waiting" "$SEEN $ANSWER"
        stop_driver idle
        stop_system "$system"
    done
}

# Sets SEEN.
look_while_nothing_happens() { # system bytes_before client_pid
    local server client seconds=10
    server=$(cpu_ticks "${SERVER_PID[$1]}") client=$(cpu_ticks "$3")
    nap "$seconds"
    server=$(($(cpu_ticks "${SERVER_PID[$1]}") - server)) client=$(($(cpu_ticks "$3") - client))
    # last, for servers give back some of what a connection needed when it was busy
    SEEN="bytes_per_caller=$(quotient $(($(server_bytes "$1") - $2)) "$waiting" 0)"
    SEEN+=" connections=$(ss -tnH state established "( sport = :${SERVER_PORT[$1]} )" | wc -l)"
    SEEN+=" server_cpu=$(cpu_share "$server" "$seconds") client_cpu=$(cpu_share "$client" "$seconds")"
}

start_idle() { # system
    local protocol
    case $(kind_of "$1") in holdfast | etcd) protocol=http ;; *) protocol=$(kind_of "$1") ;; esac
    start_client idle -cp "$PEERS/target/classes/holdfast" Idle "${SERVER_PORT[$1]}" "$protocol" "$waiting"
}
