// The border between exceptions and statuses: the one place of the SDK where an exception becomes data.
// Thread-safe.
#pragma once

#include <cxxabi.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <typeinfo>
#include <utility>

#include "agenthost/agent_plugin.h"
#include "agenthost/sdk/error.hpp"

namespace agent::detail {

inline agent_str borrow(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
inline std::string_view view(agent_str text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}

// Thrown by Context::interrupt to leave the node. Why no std::exception: authors catch those.
struct InterruptSignal {};

struct Failure {
  agent_status status = AGENT_INTERNAL;
  std::string kind;
  std::string text;
};

// "CustomError" for (anonymous namespace)::ctm::CustomError: what clients show.
inline std::string class_name(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> full(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  std::string name = status == 0 && full ? full.get() : type.name();
  name.resize(std::min(name.find('<'), name.size()));  // of a template, the template
  const std::size_t scope = name.rfind("::");
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

inline Failure failure_of(const std::exception_ptr& thrown) noexcept {
  try {
    try {
      std::rethrow_exception(thrown);
    } catch (const Error& e) {
      const bool is_subclass = e.kind().empty() && typeid(e) != typeid(Error);
      return {static_cast<agent_status>(e.code()), is_subclass ? class_name(typeid(e)) : e.kind(), e.what()};
    } catch (const InterruptSignal&) {
      return {AGENT_INTERNAL, {}, "interrupt() was called outside of a node"};
    } catch (const std::bad_alloc&) {
      return {AGENT_EXHAUSTED, {}, "out of memory"};
    } catch (const std::exception& e) {
      return {AGENT_UNKNOWN, class_name(typeid(e)), e.what()};
    } catch (...) {
      return {AGENT_UNKNOWN, {}, "threw something that is no std::exception"};
    }
  } catch (...) {
    return {};  // describing the failure failed: out of memory
  }
}

// Runs a call and gives what went wrong, if anything: nothing unwinds past it.
template <class Call>
[[nodiscard]] std::optional<Failure> guarded(Call&& call) noexcept {
  try {
    std::forward<Call>(call)();
    return std::nullopt;
  } catch (...) {
    return failure_of(std::current_exception());
  }
}

// Owned bytes for the other side.
inline agent_bytes own(std::string text) {
  auto kept = std::make_unique<std::string>(std::move(text));
  const auto release = [](agent_bytes* self) noexcept { delete static_cast<std::string*>(self->owner); };
  const auto* data = reinterpret_cast<const std::uint8_t*>(kept->data());
  const std::size_t size = kept->size();
  return {data, size, kept.release(), release};
}

// Owned bytes from the other side, released with the scope.
class Received {
 public:
  Received() = default;
  ~Received() {
    if (bytes_.release != nullptr) bytes_.release(&bytes_);
  }
  Received(const Received&) = delete;
  Received& operator=(const Received&) = delete;
  [[nodiscard]] agent_bytes* slot() noexcept { return &bytes_; }
  [[nodiscard]] std::string_view text() const noexcept {
    return bytes_.data == nullptr ? std::string_view()
                                  : std::string_view(reinterpret_cast<const char*>(bytes_.data), bytes_.size);
  }

 private:
  agent_bytes bytes_{};
};

}  // namespace agent::detail
