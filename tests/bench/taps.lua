-- Sends taps of registers that this thread has to itself, each booking's after the tap it sent of that before. As a
-- host's page does, it waits for each answer of a register, and says what it was told last of it.
local registers, waiting, turn, last, state, asked = {}, {}, 1, {}, {}, {}
local threads = {}
thread_id, other = 0, 0 -- global: setup gives each thread its own, and done asks each

function setup(thread)
  thread:set("thread_id", #threads)
  threads[#threads + 1] = thread
end

function init()
  local of, number = {}, 0
  for line in io.lines(os.getenv("BENCH_TAPS")) do
    local path, booking = line:match("^(%S+) (%S+)$")
    if not of[path] then
      of[path] = { path = path, bookings = {}, taps = 0 }
      if number % 2 == thread_id then registers[#registers + 1] = of[path] end
      number = number + 1
    end
    table.insert(of[path].bookings, booking)
  end
  math.randomseed(os.time() + thread_id * 7919)
end

-- The next one of whose taps none is under way.
local function free()
  for _ = 1, #registers do
    local register = registers[turn]
    turn = turn % #registers + 1
    if not waiting[register.path] then return register end
  end
  error("more connections than registers")
end

local function uuid()
  local hex = ""
  for _ = 1, 8 do hex = hex .. string.format("%04x", math.random(0, 65535)) end
  return hex:sub(1, 8) .. "-" .. hex:sub(9, 12) .. "-4" .. hex:sub(14, 16) .. "-8" .. hex:sub(18, 20) .. "-" .. hex:sub(21, 32)
end

function request()
  local register = free()
  local path, bookings, taps = register.path, register.bookings, register.taps
  local booking = bookings[taps % #bookings + 1]
  local id, after, shown = uuid(), last[booking], state[path]
  register.taps, waiting[path], asked[id], last[booking] = taps + 1, true, path, id
  local at = os.date("!%Y-%m-%dT%H:%M:%S+00:00")
  local value = math.floor(taps / #bookings) % 2 == 0 and "present" or "absent"
  local body = '{"sent":"' .. at .. '",' .. (shown and '"since":"' .. shown .. '",' or "") .. '"taps":[{"id":"' .. id .. '","at":"' .. at .. '","booking":"' .. booking
    .. '","field":"state","value":"' .. value .. '","saw":0' .. (after and ',"after":"' .. after .. '"' or "") .. "}]}"
  return wrk.format("POST", path, {
    ["Content-Type"] = "application/json",
    ["Cookie"] = os.getenv("BENCH_COOKIE"),
    ["X-Form-Token"] = os.getenv("BENCH_TOKEN"),
    ["Host"] = os.getenv("BENCH_HOST"),
  }, body)
end

function response(status, headers, body)
  local id, shown = body:match('"id":"([^"]+)"'), body:match('"state":"([^"]+)"')
  if id and asked[id] then
    state[asked[id]], waiting[asked[id]], asked[id] = shown, nil, nil
  end
  if status ~= 200 or not body:find('"outcome":"kept"', 1, true) then
    other = other + 1
    if other == 1 then io.stderr:write("status " .. status .. " " .. body:sub(1, 200) .. "\n") end
  end
end

function done()
  local all = 0
  for _, thread in ipairs(threads) do all = all + thread:get("other") end
  print("Not kept: " .. all)
end
