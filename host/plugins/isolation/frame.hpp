// Frames: how messages between the server and a worker process look as bytes.
//
// A frame is a size (u32, of what follows), a type (u8) and the message's fields in their order: integers of
// fixed width, doubles as their bits, texts as a u32 length and bytes, lists as a u32 count and their texts;
// all little-endian. A message names its fields once, for both directions. What is read is checked as input
// of a stranger: no length is believed before the bytes are there, and a frame must be used up exactly. Texts
// of a read message borrow from the frame. Values and pure functions: thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agenthost::isolation {

inline constexpr std::size_t kFrameSizeBytes = 4;

struct Frame {
  std::uint8_t type = 0;
  std::string_view fields;
};

class FieldWriter {
 public:
  explicit FieldWriter(std::string& out) : out_(out) {}

  template <class... Fields>
  void operator()(const Fields&... fields) {
    (put(fields), ...);
  }

 private:
  void put(std::uint8_t value);
  void put(std::uint32_t value);
  void put(std::int32_t value) { put(static_cast<std::uint32_t>(value)); }
  void put(std::uint64_t value);
  void put(std::int64_t value) { put(static_cast<std::uint64_t>(value)); }
  void put(double value);
  void put(std::string_view text);
  void put(const std::vector<std::string_view>& texts);

  std::string& out_;
};

class FieldReader {
 public:
  explicit FieldReader(std::string_view fields) : rest_(fields) {}

  template <class... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }

  // Every field was there, and nothing else.
  [[nodiscard]] bool used_up() const { return good_ && rest_.empty(); }

 private:
  void get(std::uint8_t& value);
  void get(std::uint32_t& value);
  void get(std::int32_t& value);
  void get(std::uint64_t& value);
  void get(std::int64_t& value);
  void get(double& value);
  void get(std::string_view& text);
  void get(std::vector<std::string_view>& texts);
  [[nodiscard]] std::string_view take(std::size_t size);

  std::string_view rest_;
  bool good_ = true;
};

// Reserves the size of a frame, and fills it in when it is known.
[[nodiscard]] std::size_t begin_frame(std::string& out);
void end_frame(std::string& out, std::size_t begun);

template <class Message>
void append_frame(std::string& out, const Message& message) {
  const auto begun = begin_frame(out);
  FieldWriter write(out);
  write(static_cast<std::uint8_t>(Message::kType));
  Message::visit(message, write);
  end_frame(out, begun);
}

// nullopt: the fields are not those of such a message.
template <class Message>
[[nodiscard]] std::optional<Message> read_message(const Frame& frame) {
  Message message;
  FieldReader read(frame.fields);
  Message::visit(message, read);
  if (!read.used_up()) return std::nullopt;
  return message;
}

// The first frame of bytes. None, and need says how many bytes it takes; or broken: no frame may be like
// that.
struct FoundFrame {
  enum class State { kWhole, kPartial, kBroken };
  State state = State::kPartial;
  Frame frame;
  std::size_t bytes = kFrameSizeBytes;  // of the whole frame, as far as known
};
[[nodiscard]] FoundFrame find_frame(std::string_view bytes, std::size_t max_frame);

}  // namespace agenthost::isolation
