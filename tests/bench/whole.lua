-- The whole booking by distinct visitors: the page with its form, the POST, the receipt. Each thread has one connection
-- and goes through the three in turn, with a form cookie, a key and an address of its own each time.
local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long us; } moment; int gettimeofday(moment *, void *);")
local moment = ffi.new("moment")
local function now() ffi.C.gettimeofday(moment, nil); return tonumber(moment.s) * 1000 + tonumber(moment.us) / 1000 end

local threads = 0
local all = {}
thread_id = 0 -- global: setup gives each thread its own
took = "" -- global: read when all is over
wrong = ""

function setup(thread)
  thread:set("thread_id", threads)
  threads = threads + 1
  all[#all + 1] = thread
end

local forms, counter, step, started, receipt, cookie, body = {}, 0, 0, 0, nil, nil, nil
local path, session

function init()
  for line in io.lines(os.getenv("BENCH_FORMS")) do
    local where, fields = line:match("^(%S+) (%S+)$")
    forms[#forms + 1] = { path = where, session = fields:match("session=([%x%-]+)") }
  end
  counter = thread_id * 7
end

local function escaped(text) return (text:gsub("[^%w]", function(sign) return string.format("%%%02X", sign:byte()) end)) end

function request()
  local headers = { ["Host"] = os.getenv("BENCH_HOST"), ["Accept-Encoding"] = "identity",
    ["X-Forwarded-For"] = string.format("10.%d.%d.%d", thread_id, math.floor(counter / 256) % 256, counter % 256) }
  if step == 0 then
    counter = counter + 1
    local form = forms[counter % #forms + 1]
    path, session, started = form.path, form.session, now()
    return wrk.format("GET", path .. "/new?session=" .. session, headers)
  elseif step == 1 then
    headers["Cookie"], headers["Content-Type"] = cookie, "application/x-www-form-urlencoded"
    return wrk.format("POST", path, headers, body)
  end
  headers["Cookie"] = cookie
  return wrk.format("GET", receipt, headers)
end

local function header(headers, name)
  for key, value in pairs(headers) do if key:lower() == name then return value end end
end

function response(status, headers, page)
  if step == 0 and status == 200 then
    cookie = (header(headers, "set-cookie") or ""):match("^[^;]+")
    local fields = {}
    for input in page:gmatch("<input type=\"hidden\"[^>]*>") do
      local name, value = input:match("name=\"([^\"]*)\""), input:match("value=\"([^\"]*)\"")
      if name then fields[#fields + 1] = name .. "=" .. escaped(value or "") end
    end
    fields[#fields + 1] = "who=me&name=Ola&contact=email&seats=1&email=whole" .. thread_id .. "." .. counter .. "." ..
      os.getenv("BENCH_RUN") .. "%40example.no"
    body, step = table.concat(fields, "&"), 1
  elseif step == 1 and status == 303 then
    receipt, step = header(headers, "location"):gsub("^https?://[^/]+", ""), 2
  elseif step == 2 and status == 200 then
    took, step = took .. string.format("%.1f ", now() - started), 0
  else
    if wrong == "" then wrong = "step " .. step .. ": " .. status end
    step = 0
  end
end

function done(summary)
  local times = {}
  for _, thread in ipairs(all) do
    for one in thread:get("took"):gmatch("%S+") do times[#times + 1] = tonumber(one) end
    if thread:get("wrong") ~= "" then io.stderr:write(thread:get("wrong") .. "\n") end
  end
  table.sort(times)
  local function quantile(part) return times[math.max(1, math.ceil(#times * part))] or 0 end
  print(string.format("Whole bookings: %d p50: %.1f p99: %.1f", #times, quantile(0.5), quantile(0.99)))
end
