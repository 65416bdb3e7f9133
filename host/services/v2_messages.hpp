// V2Messages: turns the messages a run streams, whole or in chunks, into the block events of protocol v2:
// message-start, content-block-start, -delta, -finish, message-finish. Pure: what comes out depends only on
// what went in. For one thread.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "host/services/v2_event.hpp"

namespace agenthost::services {

class V2Messages {
 public:
  // data: [message or chunk, metadata]. Only the model's messages are shown; tool results and what people
  // said arrive with the values.
  void said(const Namespace& ns, const std::string& data, std::vector<V2Event>& out);
  // The task has ended, so what it was saying is complete; or was broken off, when `problem` is not empty.
  void task_ended(std::string_view task_id, std::string_view problem, std::vector<V2Event>& out);
  // The run has: whatever is still being said stays unfinished.
  void run_ended(std::vector<V2Event>& out);

 private:
  struct Block {
    std::string type;  // text | reasoning | tool_call_chunk
    std::string said;  // text so far; of a tool call its arguments
    std::string id = {}, name = {};
    int protocol_index = 0;  // of a tool call: the model's own number
  };
  struct Message {
    Namespace ns;
    std::string node, task_id, id;
    std::vector<Block> blocks;  // all but the last are finished
    bool open = false;          // the last is not
    std::string usage = {}, reason = {};
  };

  [[nodiscard]] Message* open_message(const Namespace& ns, const JsonValue& chunk, const JsonValue& metadata,
                                      std::vector<V2Event>& out);
  void take_content(Message& message, const JsonValue& chunk, std::vector<V2Event>& out);
  void take_part(Message& message, const JsonValue& part, std::vector<V2Event>& out);
  void take_tool_calls(Message& message, const JsonValue& chunk, std::vector<V2Event>& out);
  void take_text(Message& message, std::string_view type, std::string_view text, std::vector<V2Event>& out);
  void take_arguments(Message& message, const JsonValue& call, std::vector<V2Event>& out);
  void whole_block(Message& message, const std::string& content, std::vector<V2Event>& out);
  void start_block(Message& message, Block block, const std::string& content, std::vector<V2Event>& out);
  void finish_block(Message& message, std::vector<V2Event>& out);
  void finish(Message& message, std::vector<V2Event>& out);

  std::vector<Message> active_;
  std::set<std::string, std::less<>> finished_;  // ids
};

}  // namespace agenthost::services
