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

-- What is asked beside kind and audience, where the address has more=dates or more=words: "dates" (a day, a weekday, the evening, free places in turn) or "words".
local more = {
  dates = { "&day=today", "&day=weekend", "&part=evening&free=on", "&weekday=monday&weekday=tuesday", "&free=on", "&day=this_month&access=step_free" },
  words = { "&q=tur", "&q=kafe", "&q=sorg", "&q=strikkekafe", "&q=alene+om+kvelden" },
}
local asked = { "" }

function init(arguments)
  asked = more[string.match(wrk.path, "more=(%w+)")] or asked
end

function request()
  counter = counter + 1
  local kind, audience = kinds[counter % #kinds + 1], audiences[counter % #audiences + 1]
  local path = string.format("/offers?municipality=all&kind=%s&audience=%s&asked=%d.%d%s", kind, audience, thread_id, counter, asked[counter % #asked + 1])
  return wrk.format("GET", path, { ["Accept-Encoding"] = "gzip" })
end
