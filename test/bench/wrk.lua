-- wrk's script: paths asked for in turn, each thread at its share of a rate, the counts as one line of JSON at the end.
-- Arguments: requests a second of one thread (0: as fast as it goes), number of paths, fields as "Name: value".
local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long ns; } wrk_time; int clock_gettime(int, wrk_time *);")
local time = ffi.new("wrk_time")
local requests, rate, sent, started = {}, 0, 0, 0

local function now()
  ffi.C.clock_gettime(1, time) -- CLOCK_MONOTONIC
  return tonumber(time.s) + tonumber(time.ns) / 1e9
end

function init(args)
  rate = tonumber(args[1])
  for at = 3, #args do
    local name, value = args[at]:match("^([^:]+): (.*)$")
    wrk.headers[name] = value
  end
  for at = 1, tonumber(args[2]) do
    requests[at] = wrk.format("GET", "/orders/" .. (at - 1))
  end
  if rate == 0 then delay = nil end
  started = now()
end

function request()
  sent = sent + 1
  return requests[(sent - 1) % #requests + 1]
end

-- Milliseconds until the next request's time has come.
function delay()
  return math.max(0, math.floor((started + sent / rate - now()) * 1000))
end

function done(summary)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format('{"requests":%d,"failed":%d,"broken":%d,"micros":%d}\n',
    summary.requests, errors.status, broken, summary.duration))
end
