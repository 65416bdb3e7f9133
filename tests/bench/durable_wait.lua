-- Every request runs on a thread of its own, made by the request, so that all of them may run side by side. The ids are
-- time-ordered, as those of the official clients are: the clock here has whole seconds, so within the run a counter goes
-- on from its start.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"assistant_id":"echo","if_not_exists":"create","input":{"messages":[{"role":"user","content":"hi"}]}}'
local start = os.time() * 1000
local count = 0
function request()
  count = count + 1
  local stamp = string.format("%012x", start + math.floor(count / 16))
  local id = stamp:sub(1, 8) .. "-" .. stamp:sub(9, 12) .. "-7000-8000-" .. string.format("%012x", count)
  return wrk.format(nil, "/threads/" .. id .. "/runs/wait")
end
