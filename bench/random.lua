-- SPDX-License-Identifier: Apache-2.0
-- Requests with a header NP_HEADER each: NP_PREFIX, and a random line of the
-- file NP_VALUES.
local name, prefix = os.getenv("NP_HEADER"), os.getenv("NP_PREFIX")
local values = {}
for line in io.lines(os.getenv("NP_VALUES")) do
   values[#values + 1] = line
end
math.randomseed(os.time())

function request()
   return wrk.format("GET", nil, { [name] = prefix .. values[math.random(#values)] })
end

function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format("np %d %d %d %d %d\n", summary.requests,
      summary.duration, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
