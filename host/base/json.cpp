#include "host/base/json.hpp"

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>
#include <cstring>

#include "host/base/text.hpp"

namespace agenthost {
namespace {

// Not iterative, which is slower: the handlers stop a parse long before its recursion gets deep.
constexpr unsigned kParseFlags = rapidjson::kParseValidateEncodingFlag | rapidjson::kParseFullPrecisionFlag;

// The reader takes a NUL byte for the end of the text.
constexpr std::string_view kStrayNul = "a NUL byte, which JSON does not allow";

std::string position(std::string_view text, std::size_t offset) {
  offset = std::min(offset, text.size());
  const auto line = 1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset), '\n');
  const auto newline = text.substr(0, offset).rfind('\n');
  const auto column = newline == std::string_view::npos ? offset + 1 : offset - newline;
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

tl::unexpected<Error> bad_json(std::string_view text, std::size_t offset, std::string_view problem) {
  return fail(ErrorCode::kInvalid, position(text, offset) + ": " + std::string(problem));
}

// What the reader lets pass and we do not.
enum class Beyond { kNothing, kDepth, kSurrogate };

std::string_view parse_problem(rapidjson::ParseErrorCode code, Beyond beyond) {
  if (beyond == Beyond::kDepth) return "nested too deeply (limit 200)";
  if (beyond == Beyond::kSurrogate) return "half a surrogate pair, which is no character";
  return rapidjson::GetParseError_En(code);
}

// The reader decodes a lone second half (\udc00) to bytes that are no UTF-8.
bool has_surrogate(const char* text, std::size_t size) {
  const auto* const end = text + size;
  while ((text = static_cast<const char*>(std::memchr(text, 0xED, static_cast<std::size_t>(end - text)))) !=
         nullptr) {
    if (++text != end && static_cast<unsigned char>(*text) >= 0xA0) return true;
  }
  return false;
}

// Both handlers', which stop a parse at what is beyond us.
class Limits {
 public:
  [[nodiscard]] Beyond beyond() const { return beyond_; }
  [[nodiscard]] unsigned depth() const { return depth_; }

  // False: the parse must stop.
  bool enter() {
    if (++depth_ > kMaxJsonDepth) beyond_ = Beyond::kDepth;
    return beyond_ == Beyond::kNothing;
  }
  void leave() { --depth_; }
  bool allow(const char* text, std::size_t size) {
    if (has_surrogate(text, size)) beyond_ = Beyond::kSurrogate;
    return beyond_ == Beyond::kNothing;
  }

 private:
  unsigned depth_ = 0;
  Beyond beyond_ = Beyond::kNothing;
};

// Passes events on to a document, within the limits.
class GuardedDocument {
 public:
  explicit GuardedDocument(rapidjson::Document& target) : target_(target) {}
  [[nodiscard]] Beyond beyond() const { return limits_.beyond(); }

  bool Null() { return target_.Null(); }
  bool Bool(bool value) { return target_.Bool(value); }
  bool Int(int value) { return target_.Int(value); }
  bool Uint(unsigned value) { return target_.Uint(value); }
  bool Int64(std::int64_t value) { return target_.Int64(value); }
  bool Uint64(std::uint64_t value) { return target_.Uint64(value); }
  bool Double(double value) { return target_.Double(value); }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool copy) {
    return target_.RawNumber(text, size, copy);
  }
  bool String(const char* text, rapidjson::SizeType size, bool copy) {
    return limits_.allow(text, size) && target_.String(text, size, copy);
  }
  bool Key(const char* text, rapidjson::SizeType size, bool copy) {
    return limits_.allow(text, size) && target_.Key(text, size, copy);
  }
  bool StartObject() { return limits_.enter() && target_.StartObject(); }
  bool EndObject(rapidjson::SizeType count) {
    limits_.leave();
    return target_.EndObject(count);
  }
  bool StartArray() { return limits_.enter() && target_.StartArray(); }
  bool EndArray(rapidjson::SizeType count) {
    limits_.leave();
    return target_.EndArray(count);
  }

 private:
  rapidjson::Document& target_;
  Limits limits_;
};

// Cuts the members of the outermost object from the source text while the reader validates all of it.
class MemberScanner : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, MemberScanner> {
 public:
  MemberScanner(std::string_view text, const rapidjson::MemoryStream& stream)
      : text_(text), stream_(stream) {}

  [[nodiscard]] Beyond beyond() const { return limits_.beyond(); }
  [[nodiscard]] bool saw_object() const { return saw_object_; }
  [[nodiscard]] std::vector<JsonMember> take_members() { return std::move(members_); }

  bool Default() { return scalar(); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return limits_.allow(text, size) && scalar();
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    if (!limits_.allow(text, size)) return false;
    if (limits_.depth() == 1) {
      key_.assign(text, size);
      value_start_ = stream_.Tell();
    }
    return true;
  }
  bool StartObject() {
    if (limits_.depth() == 0) saw_object_ = true;
    return enter();
  }
  bool StartArray() { return enter(); }
  bool EndObject(rapidjson::SizeType) { return leave(); }
  bool EndArray(rapidjson::SizeType) { return leave(); }

 private:
  bool scalar() {
    if (limits_.depth() == 1) end_member(stream_.Tell());
    return limits_.depth() > 0;
  }
  bool enter() { return limits_.enter() && saw_object_; }
  bool leave() {
    limits_.leave();
    if (limits_.depth() == 1) end_member(stream_.Tell());
    return true;
  }
  void end_member(std::size_t end);

  std::string_view text_;
  const rapidjson::MemoryStream& stream_;
  std::vector<JsonMember> members_;
  std::string key_;
  std::size_t value_start_ = 0;
  Limits limits_;
  bool saw_object_ = false;
};

// A line break inside valid JSON can only be white space between tokens; streams need one line.
std::string one_line(std::string_view value) {
  if (value.find_first_of("\r\n") == std::string_view::npos) return std::string(value);
  auto document = parse_json(value);
  return document ? to_text(*document) : std::string(value);
}

// A repeated key keeps its place and takes the later text.
void put_member(std::vector<JsonMember>& members, JsonMember member) {
  const auto same = std::find_if(members.begin(), members.end(),
                                 [&](const JsonMember& known) { return known.key == member.key; });
  if (same == members.end()) {
    members.push_back(std::move(member));
  } else {
    same->text = std::move(member.text);
  }
}

void MemberScanner::end_member(std::size_t end) {
  auto value = trimmed(text_.substr(value_start_, end - value_start_));
  value.remove_prefix(1);  // the colon
  put_member(members_, {std::move(key_), one_line(trimmed(value))});
}

}  // namespace

Result<JsonDocument> parse_json(std::string_view text) {
  JsonDocument document;
  GuardedDocument guard(document);
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  auto generate = [&](rapidjson::Document&) { return !reader.Parse<kParseFlags>(stream, guard).IsError(); };
  document.Populate(generate);
  if (reader.HasParseError()) {
    return bad_json(text, reader.GetErrorOffset(), parse_problem(reader.GetParseErrorCode(), guard.beyond()));
  }
  if (stream.Tell() != text.size()) return bad_json(text, stream.Tell(), kStrayNul);
  return document;
}

Result<std::vector<JsonMember>> split_object(std::string_view text) {
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(text.data(), text.size());
  MemberScanner scanner(text, stream);
  if (reader.Parse<kParseFlags>(stream, scanner).IsError()) {
    if (!scanner.saw_object() && reader.GetParseErrorCode() == rapidjson::kParseErrorTermination) {
      return fail(ErrorCode::kInvalid, "expected a JSON object");
    }
    return bad_json(text, reader.GetErrorOffset(),
                    parse_problem(reader.GetParseErrorCode(), scanner.beyond()));
  }
  if (stream.Tell() != text.size()) return bad_json(text, stream.Tell(), kStrayNul);
  return scanner.take_members();
}

std::string to_text(const JsonValue& value) {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value.Accept(writer);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string to_text(const std::vector<JsonMember>& members) {
  std::size_t size = 2;
  for (const auto& member : members) size += member.key.size() + member.text.size() + 4;
  std::string out = "{";
  out.reserve(size);
  for (const auto& member : members) {
    if (out.size() > 1) out += ',';
    out += quote(member.key);
    out += ':';
    out += member.text;
  }
  return out += '}';
}

bool needs_escape(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == '"' || c == '\\'; });
}

std::string quote(std::string_view text) {
  std::string out;
  // Names and ids, which are most of what is quoted, need none.
  if (!needs_escape(text)) {
    out.reserve(text.size() + 2);
    out += '"';
    out += text;
    out += '"';
    return out;
  }
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  return {buffer.GetString(), buffer.GetSize()};
}

const JsonValue* find_member(const JsonValue& value, std::string_view key) {
  if (!value.IsObject()) return nullptr;
  const JsonValue name(rapidjson::StringRef(key.data(), key.size()));
  const auto found = value.FindMember(name);
  if (found == value.MemberEnd() || found->value.IsNull()) return nullptr;
  return &found->value;
}

std::string_view string_member(const JsonValue& value, std::string_view key, std::string_view fallback) {
  const auto* member = find_member(value, key);
  return member != nullptr && member->IsString() ? as_view(*member) : fallback;
}

bool contains(const JsonValue& value, const JsonValue& pattern) {
  if (pattern.IsObject()) {
    if (!value.IsObject()) return false;
    return std::all_of(pattern.MemberBegin(), pattern.MemberEnd(), [&](const auto& wanted) {
      const auto found = value.FindMember(wanted.name);
      return found != value.MemberEnd() && contains(found->value, wanted.value);
    });
  }
  if (pattern.IsArray()) {
    if (!value.IsArray()) return false;
    return std::all_of(pattern.Begin(), pattern.End(), [&](const auto& wanted) {
      return std::any_of(value.Begin(), value.End(),
                         [&](const auto& have) { return contains(have, wanted); });
    });
  }
  return value == pattern;
}

std::string merge_objects(std::string_view base, std::string_view overlay) {
  if (overlay.empty() || overlay == "{}") return base.empty() ? "{}" : std::string(base);
  if (base.empty() || base == "{}") return std::string(overlay);
  auto merged = split_object(base);
  auto extra = split_object(overlay);
  if (!merged || !extra) return std::string(base);
  for (auto& member : *extra) put_member(*merged, std::move(member));
  return to_text(*merged);
}

}  // namespace agenthost
