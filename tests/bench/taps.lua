-- Sends taps of registers, each of a booking that this thread has to itself, after the tap it sent of that before. As a
-- host's page does, it says what it was told last of the register, and no two that follow each other are of the same one.
local lines, last, counter, state, asked = {}, {}, 0, {}, {}
local threads = 0
thread_id = 0 -- global: setup gives each thread its own

function setup(thread)
  thread:set("thread_id", threads)
  threads = threads + 1
end

function init()
  local number = 0
  for line in io.lines(os.getenv("BENCH_TAPS")) do
    local path, booking = line:match("^(%S+) (%S+)$")
    if number % 2 == thread_id then lines[#lines + 1] = { path = path, booking = booking } end
    number = number + 1
  end
  math.randomseed(os.time() + thread_id * 7919)
end

local function uuid()
  local hex = ""
  for _ = 1, 8 do hex = hex .. string.format("%04x", math.random(0, 65535)) end
  return hex:sub(1, 8) .. "-" .. hex:sub(9, 12) .. "-4" .. hex:sub(14, 16) .. "-8" .. hex:sub(18, 20) .. "-" .. hex:sub(21, 32)
end

function request()
  counter = counter + 1
  local line = lines[counter % #lines + 1]
  local id, after, shown = uuid(), last[line.booking], state[line.path]
  asked[id] = line.path
  last[line.booking] = id
  local at = os.date("!%Y-%m-%dT%H:%M:%S+00:00")
  local state = math.floor(counter / #lines) % 2 == 0 and "present" or "absent"
  local body = '{"sent":"' .. at .. '",' .. (shown and '"since":"' .. shown .. '",' or "") .. '"taps":[{"id":"' .. id .. '","at":"' .. at .. '","booking":"' .. line.booking
    .. '","field":"state","value":"' .. state .. '","saw":0' .. (after and ',"after":"' .. after .. '"' or "") .. "}]}"
  return wrk.format("POST", line.path, {
    ["Content-Type"] = "application/json",
    ["Cookie"] = os.getenv("BENCH_COOKIE"),
    ["X-Form-Token"] = os.getenv("BENCH_TOKEN"),
    ["Host"] = os.getenv("BENCH_HOST"),
  }, body)
end

local other = 0
function response(status, headers, body)
  local id, shown = body:match('"id":"([^"]+)"'), body:match('"state":"([^"]+)"')
  if id and shown then state[asked[id]] = shown end
  if id then asked[id] = nil end
  if status ~= 200 or not body:find('"outcome":"kept"', 1, true) then
    other = other + 1
    if other == 1 then io.stderr:write("status " .. status .. " " .. body:sub(1, 200) .. "\n") end
  end
end
