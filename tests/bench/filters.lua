-- Lists of offers, each asked for with filters of its own, as browsers ask: nothing of them can have been kept.
local kinds = { "course", "workshop", "group", "activity", "talk", "meeting_place" }
local audiences = { "everyone", "youth", "adults", "seniors", "next_of_kin", "parents", "young_adults" }
local counter = 0
thread_id = 0 -- global: setup gives each thread its own
local threads = 0

function setup(thread)
  thread:set("thread_id", threads)
  threads = threads + 1
end

function request()
  counter = counter + 1
  local kind, audience = kinds[counter % #kinds + 1], audiences[counter % #audiences + 1]
  local path = string.format("/offers?municipality=all&kind=%s&audience=%s&asked=%d.%d", kind, audience, thread_id, counter)
  return wrk.format("GET", path, { ["Accept-Encoding"] = "gzip" })
end
