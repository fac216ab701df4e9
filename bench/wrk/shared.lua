-- What every workload shares: names of the run, the bytes of a POST, the guard against load that leaves this
-- machine, and the one line that reports the run.
--
-- wrk gives each thread a Lua state of its own and runs setup() and done() in one more; a thread's globals are all
-- that done() can read. Hence the globals below.

local shared = {}
local threads = {}

shared.run = os.getenv("BENCH_RUN") or string.format("%x", os.time())

-- Names sort by run, thread and number, and are of one length so that Content-Length is known beforehand.
function shared.name_prefix(workload)
  return string.format("%s-%s-%03d-", workload, shared.run, thread_number)
end

-- Everything of a POST up to its body. Call it in init() or later: wrk knows the host only from then on.
function shared.post_head(path, body_length)
  return string.format(
    "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
    path, wrk.headers["Host"], body_length)
end

function shared.post(path, body)
  return shared.post_head(path, #body) .. body
end

-- The locks that hold.lua took: a list of {name =, token =}.
function shared.held_locks()
  local file = os.getenv("BENCH_HELD") or error("BENCH_HELD must name a file written by hold.lua")
  local held = {}
  for line in io.lines(file) do
    local name, token = line:match("^(%S+) (%S+)$")
    held[#held + 1] = { name = name, token = token }
  end
  return held
end

-- Defines request() as a walk round the given requests. They are made beforehand, so wrk costs next to nothing.
function shared.cycle(requests)
  local at = 0
  function request()
    at = at % #requests + 1
    return requests[at]
  end
end

-- Defines response() to count what the answers were. wrk itself only counts "status above 399", so this is needed
-- where a refusal is expected. It is not free: with it wrk parses every header and body into Lua.
function shared.count_answers(expected_refusal)
  answers_ok, answers_expected, answers_other = 0, 0, 0
  function response(status)
    if status >= 200 and status < 300 then
      answers_ok = answers_ok + 1
    elseif status == expected_refusal then
      answers_expected = answers_expected + 1
    else
      answers_other = answers_other + 1
    end
  end
end

-- The resolved address decides, not the name in the URL.
local function is_loopback(address)
  return address:match("^127%.") or address:match("^::1:%d+$")
end

function setup(thread)
  local address = tostring(thread.addr)
  if not is_loopback(address) then
    io.stderr:write("refused: ", address, " is not a loopback address\n")
    os.exit(2)
  end
  threads[#threads + 1] = thread
  thread:set("thread_number", #threads)
end

local function sum(name)
  local total = 0
  for _, thread in ipairs(threads) do
    total = total + (thread:get(name) or 0)
  end
  return total
end

function done(summary, latency)
  local errors = summary.errors
  local ok, expected, other = summary.requests - errors.status, 0, errors.status
  if response then
    ok, expected, other = sum("answers_ok"), sum("answers_expected"), sum("answers_other")
  end
  io.write(string.format(
    "RESULT workload=%s requests=%d duration_us=%d rps=%.0f p50_us=%d p90_us=%d p99_us=%d max_us=%d"
      .. " ok=%d expected_409=%d other=%d socket_errors=%d\n",
    workload, summary.requests, summary.duration, summary.requests / summary.duration * 1e6,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency.max,
    ok, expected, other, errors.connect + errors.read + errors.write + errors.timeout))
end

return shared
