#include "host/plugins/isolation/frame.hpp"

#include <bit>

#include "host/base/error.hpp"

namespace agenthost::isolation {
namespace {

template <class Integer>
void put_integer(std::string& out, Integer value) {
  char bytes[sizeof(Integer)];
  for (auto& byte : bytes) {
    byte = static_cast<char>(value & 0xFFU);
    if constexpr (sizeof(Integer) > 1) value >>= 8U;
  }
  out.append(bytes, sizeof bytes);
}

// bytes has at least as many as the integer.
template <class Integer>
Integer integer_of(std::string_view bytes) {
  Integer value = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i) {
    value |= static_cast<Integer>(static_cast<Integer>(static_cast<unsigned char>(bytes[i])) << (8U * i));
  }
  return value;
}

}  // namespace

void FieldWriter::put(std::uint8_t value) {
  out_ += static_cast<char>(value);
}
void FieldWriter::put(std::uint32_t value) {
  put_integer(out_, value);
}
void FieldWriter::put(std::uint64_t value) {
  put_integer(out_, value);
}
void FieldWriter::put(double value) {
  put(std::bit_cast<std::uint64_t>(value));
}
void FieldWriter::put(std::string_view text) {
  AGENTHOST_CHECK(text.size() <= UINT32_MAX, "a text is limited long before it comes here");
  put(static_cast<std::uint32_t>(text.size()));
  out_ += text;
}
void FieldWriter::put(const std::vector<std::string_view>& texts) {
  put(static_cast<std::uint32_t>(texts.size()));
  for (const auto text : texts) put(text);
}

std::string_view FieldReader::take(std::size_t size) {
  if (!good_ || rest_.size() < size) {
    good_ = false;
    return {};
  }
  const auto taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

void FieldReader::get(std::uint8_t& value) {
  const auto bytes = take(sizeof value);
  if (good_) value = integer_of<std::uint8_t>(bytes);
}
void FieldReader::get(std::uint32_t& value) {
  const auto bytes = take(sizeof value);
  if (good_) value = integer_of<std::uint32_t>(bytes);
}
void FieldReader::get(std::int32_t& value) {
  std::uint32_t bits = 0;
  get(bits);
  value = static_cast<std::int32_t>(bits);
}
void FieldReader::get(std::uint64_t& value) {
  const auto bytes = take(sizeof value);
  if (good_) value = integer_of<std::uint64_t>(bytes);
}
void FieldReader::get(std::int64_t& value) {
  std::uint64_t bits = 0;
  get(bits);
  value = static_cast<std::int64_t>(bits);
}
void FieldReader::get(double& value) {
  std::uint64_t bits = 0;
  get(bits);
  value = std::bit_cast<double>(bits);
}
void FieldReader::get(std::string_view& text) {
  std::uint32_t size = 0;
  get(size);
  text = take(size);
}
void FieldReader::get(std::vector<std::string_view>& texts) {
  std::uint32_t count = 0;
  get(count);
  texts.clear();
  // No reserve: the count is a claim until the texts are there.
  for (std::uint32_t i = 0; good_ && i < count; ++i) get(texts.emplace_back());
}

std::size_t begin_frame(std::string& out) {
  const auto begun = out.size();
  out.append(kFrameSizeBytes, '\0');
  return begun;
}

void end_frame(std::string& out, std::size_t begun) {
  const auto size = out.size() - begun - kFrameSizeBytes;
  AGENTHOST_CHECK(size <= UINT32_MAX, "a frame is limited long before it comes here");
  std::string bytes;
  put_integer(bytes, static_cast<std::uint32_t>(size));
  out.replace(begun, kFrameSizeBytes, bytes);
}

FoundFrame find_frame(std::string_view bytes, std::size_t max_frame) {
  using State = FoundFrame::State;
  if (bytes.size() < kFrameSizeBytes) return {};
  const std::size_t size = integer_of<std::uint32_t>(bytes);
  const auto whole = kFrameSizeBytes + size;
  if (size == 0 || whole > max_frame) return {State::kBroken, {}, whole};
  if (bytes.size() < whole) return {State::kPartial, {}, whole};
  const auto type = static_cast<std::uint8_t>(bytes[kFrameSizeBytes]);
  return {State::kWhole, {type, bytes.substr(kFrameSizeBytes + 1, size - 1)}, whole};
}

}  // namespace agenthost::isolation
