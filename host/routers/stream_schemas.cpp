#include "host/routers/schemas.hpp"

namespace agenthost::routers {

namespace {
constexpr std::string_view kSchemas = R"json("RunEvent":{"type":"object","required":["event","data"],
  "description":"event and data of one; the events of a graph inside have its namespace behind their name: values|child:<task id>",
  "properties":{"event":{"type":"string"},"id":{"type":"string"},"data":{}},"oneOf":[
  {"properties":{"event":{"const":"metadata"},"data":{"$ref":"#/components/schemas/RunBegins"}}},
  {"properties":{"event":{"const":"error"},"data":{"$ref":"#/components/schemas/RunError"}}},
  {"properties":{"event":{"const":"end"},"data":{"type":"null"}}},
  {"properties":{"event":{"pattern":"^values(\\|.*)?$"},"data":{"$ref":"#/components/schemas/Values"}}},
  {"properties":{"event":{"pattern":"^updates(\\|.*)?$"},"data":{"type":"object","minProperties":1,"maxProperties":1,
    "description":"what a node wrote, by its name; or __interrupt__"}}},
  {"properties":{"event":{"pattern":"^messages(\\|.*)?$"},"data":{"type":"array","minItems":2,"maxItems":2,
    "prefixItems":[{"$ref":"#/components/schemas/Message"},{"$ref":"#/components/schemas/MessageOrigin"}]}}},
  {"properties":{"event":{"const":"messages/metadata"},"data":{"type":"object","additionalProperties":{"type":"object",
    "required":["metadata"],"properties":{"metadata":{"$ref":"#/components/schemas/MessageOrigin"}}}}}},
  {"properties":{"event":{"enum":["messages/partial","messages/complete"]},
    "data":{"type":"array","items":{"$ref":"#/components/schemas/Message"}}}},
  {"properties":{"event":{"pattern":"^custom(\\|.*)?$"},"data":{"description":"what a node sent"}}},
  {"properties":{"event":{"pattern":"^tasks(\\|.*)?$"},"data":{"$ref":"#/components/schemas/TaskEvent"}}},
  {"properties":{"event":{"pattern":"^checkpoints(\\|.*)?$"},"data":{"$ref":"#/components/schemas/CheckpointEvent"}}},
  {"properties":{"event":{"pattern":"^debug(\\|.*)?$"},"data":{"$ref":"#/components/schemas/DebugEvent"}}},
  {"properties":{"event":{"const":"events"},"data":{"$ref":"#/components/schemas/CallbackEvent"}}},
  {"properties":{"event":{"pattern":"^tools(\\|.*)?$"},"data":{"$ref":"#/components/schemas/ToolEvent"}}}]},
"RunBegins":{"type":"object","required":["run_id","attempt"],"properties":{"run_id":{"type":"string","format":"uuid"},
  "attempt":{"type":"integer","minimum":1}}},
"RunDone":{"type":"object","required":["run_id","status"],"properties":{"run_id":{"type":"string","format":"uuid"},
  "status":{"const":"run_done"}}},
"MessageOrigin":{"type":"object","additionalProperties":true,"required":["run_id","thread_id","langgraph_node","langgraph_step",
  "langgraph_checkpoint_ns"],"properties":{"run_id":{"type":"string"},"thread_id":{"type":"string"},"assistant_id":{"type":"string"},
  "graph_id":{"type":"string"},"run_attempt":{"type":"integer"},"tags":{"type":"array","items":{"type":"string"}},
  "langgraph_node":{"type":"string"},"langgraph_step":{"type":"integer"},"langgraph_triggers":{"type":"array"},
  "langgraph_path":{"type":"array"},"langgraph_checkpoint_ns":{"type":"string"},"checkpoint_ns":{"type":"string"}}},
"TaskEvent":{"oneOf":[{"$ref":"#/components/schemas/TaskStarted"},{"$ref":"#/components/schemas/TaskEnded"}]},
"TaskStarted":{"type":"object","required":["id","name","input","triggers","interrupts","metadata"],"properties":{
  "id":{"type":"string"},"name":{"type":"string"},"input":{},"triggers":{"type":"array","items":{"type":"string"}},
  "interrupts":{"type":"array","maxItems":0},"metadata":{"type":"object"}}},
"TaskEnded":{"type":"object","required":["id","name","result","interrupts","error"],"properties":{
  "id":{"type":"string"},"name":{"type":"string"},"result":{"type":"object"},
  "interrupts":{"type":"array","items":{"$ref":"#/components/schemas/Interrupt"}},
  "error":{"type":["object","null"],"required":["message","name"],"properties":{"message":{"type":"string"},
    "name":{"type":"string"}}}}},
"CheckpointConfig":{"type":["object","null"],"required":["configurable"],"properties":{
  "configurable":{"$ref":"#/components/schemas/Checkpoint"}}},
"CheckpointEvent":{"allOf":[{"$ref":"#/components/schemas/ThreadState"},{"type":"object","required":["config","parent_config"],
  "properties":{"config":{"$ref":"#/components/schemas/CheckpointConfig"},
  "parent_config":{"$ref":"#/components/schemas/CheckpointConfig"}}}]},
"DebugEvent":{"type":"object","required":["step","type","timestamp","payload"],"properties":{"step":{"type":"integer"},
  "type":{"enum":["checkpoint","task","task_result"]},"timestamp":{"type":"string","format":"date-time"},
  "payload":{"anyOf":[{"$ref":"#/components/schemas/CheckpointEvent"},{"$ref":"#/components/schemas/TaskEvent"}]}}},
"CallbackEvent":{"type":"object","required":["event","name","run_id","tags","metadata","data","parent_ids"],"properties":{
  "event":{"type":"string","pattern":"^on_"},"name":{"type":"string"},"run_id":{"type":"string"},
  "tags":{"type":"array","items":{"type":"string"}},"metadata":{"type":"object"},"data":{},
  "parent_ids":{"type":"array","items":{"type":"string"}}}},
"ToolEvent":{"type":"object","required":["event","toolCallId"],"properties":{
  "event":{"enum":["on_tool_start","on_tool_event","on_tool_end","on_tool_error"]},"toolCallId":{"type":"string"},
  "name":{"type":"string"},"input":{},"data":{},"output":{},"error":{}}},
"JoinedEvent":{"anyOf":[{"$ref":"#/components/schemas/RunEvent"},
  {"type":"object","required":["event","data","id"],"properties":{"event":{"const":"metadata"},"id":{"type":"string"},
    "data":{"$ref":"#/components/schemas/RunDone"}}},
  {"type":"object","required":["event","data","id"],"properties":{"event":{"const":"state_update"},"id":{"type":"string"},
    "data":{"type":"object","required":["state"],"properties":{"state":{"$ref":"#/components/schemas/ThreadState"}}}}}]},
"ThreadEvent":{"type":"object","required":["event","data","id"],"properties":{"event":{"type":"string"},"id":{"type":"string"},
  "data":{"$ref":"#/components/schemas/ProtocolEvent"}}},
"ProtocolEvent":{"type":"object","required":["type","event_id","seq","method","params"],"properties":{"type":{"const":"event"},
  "event_id":{"type":"string"},"seq":{"type":"integer","minimum":1},
  "method":{"enum":["values","updates","messages","tools","lifecycle","input.requested","input.answered","checkpoints","tasks",
    "custom"]},
  "params":{"type":"object","required":["namespace","timestamp","data"],"properties":{
    "namespace":{"type":"array","items":{"type":"string"}},"timestamp":{"type":"integer","description":"milliseconds"},
    "node":{"type":"string"},"data":{"type":"object"}}}}},
"ThreadEventsRequest":{"type":"object","required":["channels"],"properties":{
  "channels":{"type":"array","minItems":1,"items":{"type":"string"},"description":"values, updates, messages, tools, lifecycle, input, checkpoints, tasks, custom, custom:<name>"},
  "namespaces":{"type":"array","items":{"type":"array","items":{"type":"string"}},"description":"prefixes; absent = all"},
  "depth":{"type":"integer","minimum":0,"description":"levels below the prefix; absent = all"},
  "since":{"type":"integer","minimum":0,"description":"only events with a higher seq"}}},
"ProtocolCommand":{"type":"object","required":["id","method"],"properties":{"id":{"type":"integer","minimum":0},
  "method":{"type":"string","description":"run.start, input.respond, state.get, state.listCheckpoints, state.fork, agent.getTree"},
  "params":{"type":"object"}}},
"ProtocolReply":{"oneOf":[{"type":"object","required":["type","id","result","meta"],"properties":{"type":{"const":"success"},
  "id":{"type":"integer"},"result":{"type":"object"},"meta":{"type":"object","required":["thread_id","applied_through_seq"],
    "properties":{"thread_id":{"type":"string"},"applied_through_seq":{"type":"integer"}}}}},
  {"type":"object","required":["type","id","error","message"],"properties":{"type":{"const":"error"},
  "id":{"type":["integer","null"]},"error":{"enum":["invalid_argument","unknown_command","unknown_error","no_such_run",
    "no_such_subscription","no_such_namespace","no_such_interrupt","no_such_checkpoint","permission_denied","not_supported"]},
  "message":{"type":"string"}}}]})json";
}  // namespace

std::string_view stream_schemas() {
  return kSchemas;
}

}  // namespace agenthost::routers
