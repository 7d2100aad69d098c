-- POSTs bookings of distinct visitors, each from an address of its own behind a proxy, as in production, and each form
-- with a key of its own, over the offers in BENCH_FORMS.
local forms, counter = {}, 0
local threads = 0
thread_id = 0 -- global: setup gives each thread its own

function setup(thread)
  thread:set("thread_id", threads)
  threads = threads + 1
end

function init()
  for line in io.lines(os.getenv("BENCH_FORMS")) do
    local path, body = line:match("^(%S+) (%S+)$")
    forms[#forms + 1] = { path = path, body = body }
  end
  math.randomseed(os.time() + thread_id * 7919)
end

function request()
  counter = counter + 1
  local form = forms[counter % #forms + 1]
  local key = ""
  for _ = 1, 4 do key = key .. string.format("%08x", math.random(0, 2147483647)) end
  local body = form.body .. "&form_key=" .. key .. "&email=visitor" .. thread_id .. "x" .. counter .. "x" .. key:sub(1, 8) .. "%40example.no"
  return wrk.format("POST", form.path, {
    ["Content-Type"] = "application/x-www-form-urlencoded",
    ["Cookie"] = "form=00000000000000000000000000000000",
    ["Host"] = os.getenv("BENCH_HOST"),
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d", math.random(0, 255), math.random(0, 255), math.random(0, 255)),
  }, body)
end

local other = 0
function response(status)
  if status ~= 303 then other = other + 1; if other == 1 then io.stderr:write("status " .. status .. "\n") end end
end
