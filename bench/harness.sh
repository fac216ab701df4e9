# shellcheck shell=bash disable=SC2034 # the scripts that source this use what it sets
# What the bench scripts share; sourced, not run. Everything they start is stopped and everything they write is removed
# when they end, however they end.

set -euo pipefail

BENCH=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
JAR=${BENCH_JAR:-$BENCH/../lock-server/target/lock-server.jar}
WORK=$(mktemp -d "${TMPDIR:-/tmp}/holdfast-bench.XXXXXX")
RUN=$(printf '%x%04x' "$EPOCHSECONDS" "$RANDOM")
STARTED=() # process ids
SCRATCH=("$WORK") # directories
NAP_FD=
SERVER_FLAGS=() # further system properties of the lock server
read -ra JVM_FLAGS <<<"${BENCH_JVM:-}" # further flags of its virtual machine, and of the echo server's
CALM=@$BENCH/../config/jvm.options # for a client that looks for long waits, and is not to find its own collector's
STORAGE=memory # the lock server's
CLOCK_TICKS=$(getconf CLK_TCK) # per second

clean_up() {
    trap - EXIT
    trap '' INT TERM # a second one, to the whole group, must not cut this short
    local pid
    for pid in "${STARTED[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${STARTED[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf -- "${SCRATCH[@]}"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fail() { # message [exit code]
    echo "${0##*/}: $1" >&2
    exit "${2:-1}"
}

need_wrk() {
    command -v wrk >/dev/null || fail "wrk is missing (Debian: apt install wrk)"
}

need_jar() {
    command -v java >/dev/null || fail "java is missing (17 or newer)"
    [[ -f $JAR ]] || fail "no $JAR: build it with 'mvn package', or name one in BENCH_JAR"
}

need_number() { # option value min max
    [[ $2 =~ ^[1-9][0-9]{0,8}$ ]] || fail "$1 takes a number from $3 to $4" 2
    (($2 >= $3 && $2 <= $4)) || fail "$1 takes a number from $3 to $4" 2
}

# By pattern and not by resolving: what is not plainly loopback is refused.
need_loopback() { # url
    local octet='(25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])'
    [[ $1 =~ ^http://(127\.$octet\.$octet\.$octet|localhost|\[::1\])(:[0-9]{1,5})?$ ]] ||
        fail "refused '$1': load goes to loopback only, http://(127.x.y.z|localhost|[::1])[:port]" 2
}

# Sleeps without starting a process, which would disturb what is measured.
nap() { # seconds
    [[ -n $NAP_FD ]] || exec {NAP_FD}<> <(:)
    read -rt "$1" -u "$NAP_FD" || true
}

listens() { # port
    { : <>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null
}

# Sets PORT. Below the range the kernel takes client ports from, so that a client's port is not in the way.
pick_port() {
    local try
    for try in {1..50}; do
        PORT=$((20000 + RANDOM % 12000))
        listens "$PORT" || return 0
    done
    fail "no free port found in $try tries"
}

# Succeeds when GET path is answered 200. Starts no process.
answers_200() { # port path
    local fd line=
    { exec {fd}<>"/dev/tcp/127.0.0.1/$1"; } 2>/dev/null || return 1
    { printf 'GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' "$2" >&"$fd"; } 2>/dev/null || true
    read -rt 1 -u "$fd" line || true
    exec {fd}>&-
    [[ $line == "HTTP/1.1 200 "* ]]
}

# Starts java with the arguments; sets PID. Its output is shown if it does not become ready.
start_java() { # arguments…
    java "$@" >"$WORK/java-$PORT.log" 2>&1 &
    PID=$!
    STARTED+=("$PID")
}

wait_ready() { # port pid path
    local tries
    for ((tries = 0; tries < 24000; tries++)); do # two minutes: a heap of many GB is slow to touch
        if answers_200 "$1" "$3"; then return; fi
        kill -0 "$2" 2>/dev/null || break
        nap 0.005
    done
    tail -n 20 "$WORK/java-$1.log" >&2
    fail "the server on port $1 did not become ready"
}

# The heap is touched beforehand: page faults of a young process would be charged to its requests.
heap_flags() { # heap
    echo "-Xms$1 -Xmx$1 -XX:+AlwaysPreTouch"
}

# Starts a lock server whose leases outlast every measurement; sets PORT and PID.
start_lock_server() { # heap
    pick_port
    # shellcheck disable=SC2046 # one word each
    start_java $(heap_flags "$1") -Dholdfast.port="$PORT" -Dholdfast.dataDir="$WORK/data-$PORT" \
        "${JVM_FLAGS[@]}" -Dholdfast.storage="$STORAGE" -Dholdfast.drainMs=0 "${SERVER_FLAGS[@]}" -Dholdfast.maxTtlMs=3600000 -Dholdfast.defaultTtlMs=3600000 -jar "$JAR"
    wait_ready "$PORT" "$PID" /readyz
}

start_echo_server() { # heap bytes
    pick_port
    # shellcheck disable=SC2046
    start_java $(heap_flags "$1") "${JVM_FLAGS[@]}" -cp "$JAR" "$BENCH/EchoServer.java" "$PORT" "$2"
    wait_ready "$PORT" "$PID" /
}

cpu_ticks() { # pid: user and system time of the process so far
    local stat
    stat=$(<"/proc/$1/stat")
    read -ra stat <<<"${stat##*) }" # the name in brackets may have spaces
    echo $((stat[11] + stat[12]))
}

stop() { # pid
    kill "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null || true
}

# In the background with wait, so that a signal to the script takes effect at once and not when the command is done.
run_to_end() { # log command…
    local log=$1 pid
    shift
    "$@" >"$log" 2>&1 &
    pid=$!
    STARTED+=("$pid")
    wait "$pid" || { cat "$log" >&2; fail "failed: $*"; }
}

# Takes exactly that many locks; sets FILLED to the line the filler prints.
fill() { # port count prefix
    run_to_end "$WORK/fill.log" java -Xmx256m -cp "$JAR" "$BENCH/Fill.java" "http://127.0.0.1:$1" "$2" "$3"
    FILLED=$(grep '^FILLED ' "$WORK/fill.log") || fail "the filler did not report"
}

# Runs one workload; sets RESULT to its line.
run_wrk() { # workload url threads connections seconds
    WRK_RUNS=$((${WRK_RUNS:-0} + 1))
    run_to_end "$WORK/wrk.log" env BENCH_RUN="$RUN-$((1000 + WRK_RUNS))" BENCH_HELD="$WORK/held" wrk "-t$3" "-c$4" "-d${5}s" -s "$BENCH/wrk/$1.lua" "$2"
    RESULT=$(grep '^RESULT ' "$WORK/wrk.log") || { cat "$WORK/wrk.log" >&2; fail "wrk did not report $1"; }
}

field() { # name line
    [[ " $2 " =~ " $1="([^ ]*) ]] || fail "no $1 in: $2"
    echo "${BASH_REMATCH[1]}"
}

need_clean() { # result line
    if (($(field other "$1") + $(field socket_errors "$1") > 0)); then fail "not all answers were as expected: $1"; fi
}

median() { # numbers…
    printf '%s\n' "$@" | sort -g | awk '{v[NR] = $1} END {print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2}'
}

least() { printf '%s\n' "$@" | sort -g | head -n 1; }
greatest() { printf '%s\n' "$@" | sort -g | tail -n 1; }
quotient() { awk -v a="$1" -v b="$2" -v f="%.${3:-3}f\n" 'BEGIN {printf f, a / b}'; }
