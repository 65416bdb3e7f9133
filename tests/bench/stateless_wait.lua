wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"assistant_id":"echo","input":{"messages":[{"role":"user","content":"hi"}]}}'
