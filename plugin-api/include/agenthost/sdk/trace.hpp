// What a node spends its time on, as spans below the node's own in the run's trace. Strand-bound, like a
// local variable.
//
//   agent::Span ranking = ctx.span("rank candidates");
//   ranking.set("candidates", 42);
//   { const agent::Span one = ranking.child("ask the model"); co_await ...; }
//   request.headers["traceparent"] = ranking.traceparent();   // the service's work joins the trace
//
// A span ends with its scope, or with end(); also when an error leaves the scope, of which only the node's
// own span tells.
// Without agent.trace/1, or while the operator traces nothing, it
// does nothing and costs next to nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "agenthost/sdk/json.hpp"

namespace agent {

namespace detail {
class Execution;
}

class Span {
 public:
  // parent: another span's number, 0 = the node's own. See Context::span.
  Span(std::shared_ptr<detail::Execution> execution, std::string_view name, std::uint64_t parent = 0);
  ~Span() { end(); }
  Span(Span&& other) noexcept;
  Span& operator=(Span&&) = delete;
  Span(const Span&) = delete;
  Span& operator=(const Span&) = delete;

  // Also of one that has ended.
  [[nodiscard]] Span child(std::string_view name) const { return {execution_, name, number_}; }
  // Which work this is. Never put secrets in it.
  void set(std::string_view key, Json value);
  // It did not go well.
  void fail(std::string_view text);
  void end() noexcept;

  // The header's value; empty while nothing is traced.
  [[nodiscard]] std::string traceparent() const;

 private:
  // Shared because: a span may outlive the Context it came from.
  std::shared_ptr<detail::Execution> execution_;
  std::uint64_t number_ = 0;  // 0: not traced
  bool is_open_ = false;
  std::uint64_t parent_;
  std::int64_t start_ns_ = 0;
  std::string name_;
  std::string error_;
  Json attributes_;  // null until there is one
};

}  // namespace agent

#include "agenthost/sdk/detail/trace_calls.hpp"
