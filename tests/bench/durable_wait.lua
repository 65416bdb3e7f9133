-- Every request runs on a thread of its own, made by the request, so that all of them may run side by side.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"assistant_id":"echo","if_not_exists":"create","input":{"messages":[{"role":"user","content":"hi"}]}}'
local function hex(n)
  local out = {}
  for i = 1, n do out[i] = string.format("%x", math.random(0, 15)) end
  return table.concat(out)
end
function init(args)
  math.randomseed(tonumber(args[1] or "1"))
end
function request()
  local id = hex(8) .. "-" .. hex(4) .. "-7" .. hex(3) .. "-a" .. hex(3) .. "-" .. hex(12)
  return wrk.format(nil, "/threads/" .. id .. "/runs/wait")
end
