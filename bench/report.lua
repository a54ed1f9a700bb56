-- SPDX-License-Identifier: Apache-2.0
-- What wrk has measured, as one line. Nothing runs for each request.
function done(summary, latency, requests)
   local errors = summary.errors
   io.write(string.format("np %d %d %d %d %d\n", summary.requests,
      summary.duration, latency:percentile(50), latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
