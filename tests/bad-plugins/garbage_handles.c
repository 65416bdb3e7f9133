/* Calls with every kind of handle that is none. */
#define ID "garbage_handles"
#define START start
#include "base.h"

static void call_all(agent_task* task) {
  agent_bytes answer;
  complete_with(task, "{\"x\":\"garbage\"}");
  host_api->fail(task, AGENT_INTERNAL, str(""), str("garbage"));
  host_api->emit(task, str("custom"), str("\"garbage\""));
  host_api->interrupt(task, str("1"), &answer);
  host_api->deadline_ns(task);
  host_api->is_cancelled(task);
}

static agent_status start(agent_task* task) {
  int memory = 0;
  call_all(NULL);
  call_all((agent_task*)&memory);
  call_all((agent_task*)(uintptr_t)0xdeadbeefdeadbeefu);
  call_all((agent_task*)((uintptr_t)task + 2));
  call_all((agent_task*)host);
  return complete_with(task, "{\"x\":\"mine\"}");
}
