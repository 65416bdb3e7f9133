// MessageStream: sends a growing message to the run's stream, chunk by chunk, under one id. Strand-bound.
#pragma once

#include <agenthost/sdk/context.hpp>
#include <string>
#include <string_view>
#include <utility>

namespace ctm {

class MessageStream {
 public:
  MessageStream(agent::Context ctx, std::string id) : ctx_(std::move(ctx)), id_(std::move(id)) {}

  [[nodiscard]] const std::string& id() const { return id_; }
  // In chunks of a paragraph, so that a reader sees it grow.
  void write(std::string_view text) const;

 private:
  agent::Context ctx_;
  std::string id_;
};

}  // namespace ctm
