# shellcheck shell=bash disable=SC2034,SC2154 # the scripts that source this use what it sets, and set what it uses
# What bench/run measures; sourced, not run. A work is a function work_NAME that plays one round of it and records a line per
# system, kind of lock and number of callers. In odd rounds the systems come in their order, in even ones the other way.

declare -A SERVER_DIRECTORY FD_ASK FD_ANSWER DRIVER_PID SERVER_PID SERVER_PORT SERVER_SURVIVES SERVER_OTHERS SERVER_NODES

kind_of() { echo "${1%%-*}"; }

start_system() { # system
    local variant=${1#*-}
    [[ $1 == *-* ]] || variant=
    NODES=() OTHERS=()
    "start_$(kind_of "$1")" "$variant"
    SERVER_PID[$1]=$PID SERVER_PORT[$1]=$PORT SERVER_SURVIVES[$1]=$SURVIVES
    SERVER_DIRECTORY[$1]=${DIRECTORY:-} SERVER_OTHERS[$1]=${OTHERS[*]} SERVER_NODES[$1]=${NODES[*]:-$PORT}
    grep -q "^$1=" "$WORK/commands" 2>/dev/null || echo "$1=$COMMAND" | scrub >>"$WORK/commands"
}

has_followers() { [[ -n ${SERVER_OTHERS[$1]} ]]; } # system

# Its clients know the leader alone, so that nobody pays for requests that a follower passes on, unless more are named.
start_driver() { # system [ports]
    local kind
    kind=$(kind_of "$1")
    start_client "$1" -Xms512m -Xmx512m -Xss512k -cp "$PEERS/target/classes/$kind:$(<"$PEERS/target/$kind.classpath")" \
        Driver "${LOCKS_CLASS[$kind]}" "${2:-${SERVER_PORT[$1]}}"
}

# A Java program that says READY, and then answers each line with a RESULT.
start_client() { # name java_arguments...
    local name=$1 ask answer
    mkfifo "$WORK/$name.ask" "$WORK/$name.answer"
    java "${@:2}" <"$WORK/$name.ask" >"$WORK/$name.answer" 2>"$WORK/$name.driver.log" &
    DRIVER_PID[$name]=$!
    STARTED+=("$!")
    exec {ask}>"$WORK/$name.ask" {answer}<"$WORK/$name.answer"
    FD_ASK[$name]=$ask FD_ANSWER[$name]=$answer
    read_answer "$name" READY
}

stop_driver() { # system
    local ask=${FD_ASK[$1]} answer=${FD_ANSWER[$1]}
    exec {ask}>&- {answer}<&-
    stop "${DRIVER_PID[$1]}"
    rm -f "$WORK/$1.ask" "$WORK/$1.answer"
}

# Sets ANSWER.
read_answer() { # system pattern
    if ! read -rt 300 -u "${FD_ANSWER[$1]}" ANSWER || [[ $ANSWER != $2* ]]; then
        tail -n 30 "$WORK/$1.driver.log" >&2
        fail "the driver of $1 said '$ANSWER'"
    fi
}

# Has the driver do a work; sets ANSWER to the fields of its result.
ask() { # system command
    echo "$2" >&"${FD_ASK[$1]}"
    read_answer "$1" RESULT
    ANSWER=${ANSWER#RESULT }
}

record() { # work system kind callers fields
    local line="work=$1 system=$2 survives=${SERVER_SURVIVES[$2]:-nothing} kind=$3 callers=$4 round=$round $5"
    echo "$line" >>"$WORK/results"
    echo "$line"
}

in_turn() { # sets TURN, the systems in the order of this round
    local i
    TURN=()
    for ((i = 0; i < ${#systems[@]}; i++)); do
        if ((round % 2)); then TURN+=("${systems[i]}"); else TURN=("${systems[i]}" "${TURN[@]}"); fi
    done
}

has_kind() { # system kind
    case $(kind_of "$1")-$2 in
        *-lock | holdfast-async | redis-async | etcd-async | redis-fair) ;;
        holdfast-read | redis-read | zookeeper-read | holdfast-semaphore | redis-semaphore | zookeeper-semaphore) ;;
        *) return 1 ;;
    esac
}

each() { # work kind callers ms
    local system
    for system in "${TURN[@]}"; do
        has_kind "$system" "$2" || continue
        ask "$system" "$1 kind=$2 callers=$3 ms=$4"
        record "$1" "$system" "$2" "$3" "$ANSWER"
    done
}

work_uncontended() {
    local n
    for n in "${callers[@]}"; do
        each uncontended lock "$n" "$duration"
        each uncontended async "$n" "$duration"
    done
    for kind in fair read semaphore; do each uncontended "$kind" 16 "$duration"; done
}

work_try() {
    local n
    for n in "${callers[@]}"; do each try lock "$n" "$duration"; done
}

# Requests that the server has answered so far, if it counts them. Redis also counts what its scripts call: not requests.
requests_served() { # system
    local port=${SERVER_PORT[$1]}
    case $(kind_of "$1") in
        redis) redis-cli -p "$port" info commandstats | tr -d '\r' |
            awk -F '[:=,]' '/^cmdstat_(eval|evalsha|subscribe|unsubscribe|ping|wait|script)/ {n += $3} END {print n + 0}' ;;
        etcd) http_get "$port" /metrics | awk '/^grpc_server_msg_received_total/ {n += $2} END {printf "%d\n", n}' ;;
        zookeeper) ask_zookeeper "$port" mntr | awk '$1 == "zk_packets_received" {print $2}' ;;
        *) echo 0 ;; # its client counts
    esac
}

http_get() { # port path
    local fd
    exec {fd}<>"/dev/tcp/127.0.0.1/$1"
    printf 'GET %s HTTP/1.0\r\nHost: localhost\r\n\r\n' "$2" >&"$fd"
    cat <&"$fd"
    exec {fd}>&-
}

ask_zookeeper() { # port four letters
    local fd
    exec {fd}<>"/dev/tcp/127.0.0.1/$1"
    printf '%s' "$2" >&"$fd"
    cat <&"$fd"
    exec {fd}>&-
}

# Bytes and packets with data, by connection, as the kernel of the server's side has counted them.
wire() { # system file
    ss -tinH state established "( sport = :${SERVER_PORT[$1]} )" | awk '
        /^[^ \t]/ || /127\.0\.0\.1/ {peer = $NF; next}
        {received = sent = packets = 0
         for (i = 1; i <= NF; i++) {
            split($i, f, ":")
            if (f[1] == "bytes_received") received = f[2]
            if (f[1] == "bytes_sent") sent = f[2]
            if (f[1] == "data_segs_in") packets = f[2]}
         print peer, received, sent, packets}' >"$2"
}

# What went over the wire between two looks; connections that were closed in between are left out.
wire_between() { # before after
    awk 'NR == FNR {r[$1] = $2; s[$1] = $3; p[$1] = $4; next}
        {received += $2 - r[$1]; sent += $3 - s[$1]; packets += $4 - p[$1]}
        END {printf "bytes_in=%d bytes_out=%d packets_in=%d", received, sent, packets}' "$1" "$2"
}

work_contended() {
    local system kind before served
    for kind in lock fair; do
        for system in "${TURN[@]}"; do
            has_kind "$system" "$kind" || continue
            before=$(requests_served "$system")
            wire "$system" "$WORK/wire.before"
            ask "$system" "contended kind=$kind callers=32 ms=$duration"
            wire "$system" "$WORK/wire.after"
            served=$(($(requests_served "$system") - before + $(field requests "$ANSWER")))
            ANSWER+=" served=$served $(wire_between "$WORK/wire.before" "$WORK/wire.after")"
            ANSWER+=" requests_per_grant=$(quotient "$served" "$(field grants "$ANSWER")" 2)"
            ANSWER+=" packets_per_grant=$(quotient "$(field packets_in "$ANSWER")" "$(field grants "$ANSWER")" 2)"
            record contended "$system" "$kind" 32 "$ANSWER"
        done
    done
}

# The bare wire: a lock that is taken and not given back, fresh names. Bounded in count where the tool knows no time.
work_wire() {
    local n system port
    for n in "${callers[@]}"; do
        for system in "${TURN[@]}" ${ECHO_PORT:+echo}; do
            port=${SERVER_PORT[$system]:-}
            case $(kind_of "$system") in
                holdfast) wire_wrk acquire "$system" "$n" "$port" ;;
                echo) wire_wrk acquire echo "$n" "$ECHO_PORT" ;;
                etcd) wire_wrk etcd-put-absent "$system" "$n" "$port" ;;
                redis) wire_redis "$system" "$n" "$port" ;;
            esac
        done
    done
}

wire_wrk() { # workload system connections port
    run_wrk "$1" "http://127.0.0.1:$4" 1 "$3" "$(((duration + 999) / 1000))"
    need_clean "$RESULT"
    record wire "$2" "$1" "$3" "rate=$(field rps "$RESULT") p50_us=$(field p50_us "$RESULT") p99_us=$(field p99_us "$RESULT")"
}

wire_redis() { # system connections port
    local count=$((($2 == 1 ? 12000 : 60000) * ((duration + 999) / 1000)))
    run_to_end "$WORK/redis-benchmark.log" redis-benchmark -h 127.0.0.1 -p "$3" -c "$2" -n "$count" -r 1000000000 --csv \
        SET "$RUN-$round-__rand_int__" bench NX PX 45000
    record wire "$1" set-nx-px "$2" "$(awk -F '","' 'END {gsub(/"/, "", $8)
        printf "rate=%.0f p50_us=%.0f p99_us=%.0f", $2, $5 * 1000, $7 * 1000}' "$WORK/redis-benchmark.log")"
}
