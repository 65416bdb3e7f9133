// The bodies of Span: agent.trace/1.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "agenthost/sdk/detail/border.hpp"
#include "agenthost/sdk/detail/execution.hpp"
#include "agenthost/sdk/trace.hpp"

namespace agent {

inline Span::Span(std::shared_ptr<detail::Execution> execution, std::string_view name, std::uint64_t parent)
    : execution_(std::move(execution)), parent_(parent) {
  const auto* trace = execution_ == nullptr ? nullptr : execution_->services().trace;
  if (trace != nullptr) number_ = trace->new_span(execution_->task());
  is_open_ = number_ != 0;
  if (!is_open_) return;
  start_ns_ = trace->now_ns(execution_->services().host);
  name_ = name;
}

inline Span::Span(Span&& other) noexcept
    : execution_(std::move(other.execution_)),
      number_(other.number_),
      is_open_(std::exchange(other.is_open_, false)),
      parent_(other.parent_),
      start_ns_(other.start_ns_),
      name_(std::move(other.name_)),
      error_(std::move(other.error_)),
      attributes_(std::move(other.attributes_)) {}

inline void Span::set(std::string_view key, Json value) {
  if (is_open_) attributes_[std::string(key)] = std::move(value);
}

inline void Span::fail(std::string_view text) {
  if (is_open_) error_ = text.empty() ? std::string_view("failed") : text;
}

inline void Span::end() noexcept {
  if (!std::exchange(is_open_, false)) return;
  // Attributes that are no UTF-8, or no memory: not worth a node's end.
  static_cast<void>(detail::guarded([&] {
    const auto& services = execution_->services();
    const std::string attributes = attributes_.is_null() ? std::string() : to_text(attributes_);
    agent_span span{};
    span.struct_size = AGENT_SIZE(agent_span, attributes);
    span.status = error_.empty() ? AGENT_OK : AGENT_UNKNOWN;
    span.id = number_;
    span.parent = parent_;
    span.start_ns = start_ns_;
    span.end_ns = std::max(start_ns_, services.trace->now_ns(services.host));
    span.name = detail::borrow(name_);
    span.text = detail::borrow(error_);
    span.attributes = detail::borrow(attributes);
    services.trace->record(execution_->task(), &span);
  }));
}

inline std::string Span::traceparent() const {
  if (number_ == 0 || execution_ == nullptr) return {};
  detail::Received header;
  execution_->services().trace->traceparent(execution_->task(), number_, header.slot());
  return std::string(header.text());
}

}  // namespace agent
