#include "host/plugins/c_types.hpp"

#include <array>
#include <memory>
#include <utility>

namespace agenthost::plugins {
namespace {

constexpr std::size_t kMaxPrintable = 8'192;

struct StatusName {
  agent_status status;
  std::string_view name;
};
constexpr std::array kStatusNames{
    StatusName{AGENT_OK, "AGENT_OK"},
    StatusName{AGENT_CANCELLED, "AGENT_CANCELLED"},
    StatusName{AGENT_UNKNOWN, "AGENT_UNKNOWN"},
    StatusName{AGENT_INVALID, "AGENT_INVALID"},
    StatusName{AGENT_DEADLINE, "AGENT_DEADLINE"},
    StatusName{AGENT_NOT_FOUND, "AGENT_NOT_FOUND"},
    StatusName{AGENT_DENIED, "AGENT_DENIED"},
    StatusName{AGENT_EXHAUSTED, "AGENT_EXHAUSTED"},
    StatusName{AGENT_UNSUPPORTED, "AGENT_UNSUPPORTED"},
    StatusName{AGENT_INTERNAL, "AGENT_INTERNAL"},
    StatusName{AGENT_UNAVAILABLE, "AGENT_UNAVAILABLE"},
    StatusName{AGENT_WOULD_BLOCK, "AGENT_WOULD_BLOCK"},
    StatusName{AGENT_INTERRUPTED, "AGENT_INTERRUPTED"},
    StatusName{AGENT_MORE, "AGENT_MORE"},
};

void release_string(agent_bytes* self) noexcept {
  delete static_cast<std::string*>(self->owner);
  *self = {};
}

// How many bytes the UTF-8 sequence at the start of text has; 0 when it is not one.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  unsigned point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80U) return 0;
    point = (point << 6U) | (next & 0x3FU);
  }
  const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return overlong || surrogate || point > 0x10FFFF ? 0 : length;
}

}  // namespace

OwnedBytes::OwnedBytes(agent_bytes* bytes) {
  if (bytes != nullptr) bytes_ = std::exchange(*bytes, agent_bytes{});
}

OwnedBytes::~OwnedBytes() {
  if (bytes_.release != nullptr) bytes_.release(&bytes_);
}

std::string_view OwnedBytes::text() const {
  if (bytes_.data == nullptr) return {};
  return {reinterpret_cast<const char*>(bytes_.data), bytes_.size};
}

agent_bytes give(std::string text) {
  auto owner = std::make_unique<std::string>(std::move(text));
  const auto* data = reinterpret_cast<const std::uint8_t*>(owner->data());
  const auto size = owner->size();
  return {data, size, owner.release(), release_string};
}

ErrorCode code_of(agent_status status) {
  switch (status) {
    case AGENT_CANCELLED:
    case AGENT_INVALID:
    case AGENT_DEADLINE:
    case AGENT_NOT_FOUND:
    case AGENT_DENIED:
    case AGENT_EXHAUSTED:
    case AGENT_UNSUPPORTED:
    case AGENT_INTERNAL:
    case AGENT_UNAVAILABLE:
      return static_cast<ErrorCode>(status);
    default:
      return ErrorCode::kUnknown;
  }
}

std::string status_name(agent_status status) {
  for (const auto& [known, name] : kStatusNames) {
    if (known == status) return std::string(name);
  }
  return "status " + std::to_string(status);
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty() && out.size() < kMaxPrintable) {
    const auto length = sequence_length(text);
    if (length == 0) {
      out += '?';
      text.remove_prefix(1);
    } else {
      out += text.substr(0, length);
      text.remove_prefix(length);
    }
  }
  return text.empty() ? out : out + "...";
}

}  // namespace agenthost::plugins
