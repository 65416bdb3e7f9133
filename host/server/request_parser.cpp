#include "host/server/request_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>
#include <utility>

namespace agenthost::server {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using beast::error_code;
using routers::Method;

constexpr std::size_t kMaxHeaders = 100;
// A chunk's size line with its extensions, or the trailers behind the last chunk.
constexpr std::size_t kMaxChunkHead = 8U << 10U;
// "0\r\n\r\n": no chunked body ends on fewer bytes, and Beast asserts that it is shown as many once it knows
// the last chunk.
constexpr std::size_t kChunkedEnd = 5;
// A body's buffer is not grown to what the client merely announces.
constexpr std::size_t kMaxReserve = 1U << 20U;

std::optional<Method> to_method(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return Method::kGet;
    case http::verb::head:
      return Method::kHead;
    case http::verb::post:
      return Method::kPost;
    case http::verb::put:
      return Method::kPut;
    case http::verb::patch:
      return Method::kPatch;
    case http::verb::delete_:
      return Method::kDelete;
    case http::verb::options:
      return Method::kOptions;
    default:
      return std::nullopt;
  }
}

std::string_view to_std(beast::string_view text) {
  return {text.data(), text.size()};
}

std::string to_lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  }
  return lower;
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// A folded value is either not where its line began, or not in the input at all: Beast joins it elsewhere.
bool is_folded(beast::string_view name, beast::string_view value) {
  const char* at = name.data() + name.size() + 1;
  while (*at == ' ' || *at == '\t') ++at;  // ends at the CR at the latest
  return at != value.data();
}

// The path of an absolute-form target, "http://host/a?b" -> "/a?b"; other targets as they are.
std::string_view origin_form(std::string_view target) {
  const auto scheme = target.find("://");
  if (target.front() == '/' || scheme == std::string_view::npos) return target;
  const auto path = target.find_first_of("/?", scheme + 3);
  return path == std::string_view::npos ? std::string_view("/") : target.substr(path);
}

ParseFailure explain(const error_code& error) {
  if (error == http::error::body_limit) return {413, "the request body is larger than this server accepts"};
  if (error == http::error::header_limit)
    return {431, "the request's head is larger than this server accepts"};
  if (error == http::error::bad_version) return {505, "only HTTP/1.0 and HTTP/1.1 are spoken here"};
  return {400, "malformed request: " + error.message()};
}

// Beast says bad_version for a line that is no request line at all as well.
bool names_a_version(std::string_view start_line) {
  const auto line = start_line.substr(0, start_line.find("\r\n"));
  const auto last = line.rfind(' ');
  return std::count(line.begin(), line.end(), ' ') == 2 && line.substr(last + 1, 5) == "HTTP/";
}

}  // namespace

// One message: collects what Beast finds and refuses what it lets pass.
class RequestParser::Message final : public http::basic_parser<true> {
 public:
  explicit Message(ParseLimits limits) : head_limit_(limits.head_bytes) {
    eager(true);
    header_limit(static_cast<std::uint32_t>(limits.head_bytes));
    body_limit(limits.body_bytes);
  }
  // The parent's move assignment is all it offers for starting over.
  Message& operator=(Message&&) = default;

  routers::Request request;
  std::optional<ParseFailure> failure;
  int minor = 1;
  bool expects_continue = false;

  void refuse(ParseFailure why, error_code& ec) {
    failure = std::move(why);
    ec = http::error::bad_field;
  }

 private:
  void on_request_impl(http::verb verb, beast::string_view method_text, beast::string_view target,
                       int version, error_code& ec) override {
    const auto method = to_method(verb);
    if (!method) return refuse({501, "method " + std::string(to_std(method_text)) + " is not supported"}, ec);
    request.method = *method;
    minor = version % 10;
    count(to_std(target), ec);
    if (!ec) set_target(origin_form(to_std(target)), ec);
  }

  void set_target(std::string_view target, error_code& ec) {
    const bool plain =
        std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
    const bool whole_server = target == "*" && request.method == Method::kOptions;
    if (target.front() == '?' || !plain || (target.front() != '/' && !whole_server)) {
      return refuse(
          {400, "the request target must be a path in printable ASCII, other bytes percent-encoded"}, ec);
    }
    const auto question = target.find('?');
    request.path = target.substr(0, question);
    if (question != std::string_view::npos) request.query = target.substr(question + 1);
    request.headers.reserve(16);
  }

  void on_field_impl(http::field field, beast::string_view name, beast::string_view value,
                     error_code& ec) override {
    count(to_std(name), ec);
    if (!ec) count(to_std(value), ec);
    if (ec) return;
    if (is_folded(name, value)) return refuse({400, "header lines must not be folded"}, ec);
    if (++fields_ > kMaxHeaders) return refuse({431, "more than 100 header lines"}, ec);
    if (head_done_) return;  // trailers: nothing here may change a request that was already judged
    check(field, to_std(value), ec);
    if (!ec) request.headers.emplace_back(to_lower(to_std(name)), to_std(value));
  }

  void check(http::field field, std::string_view value, error_code& ec) {
    switch (field) {
      case http::field::host:
        if (++hosts_ > 1) refuse({400, "more than one Host header"}, ec);
        break;
      case http::field::content_length:
        if (!is_digits(value)) refuse({400, "Content-Length must be one decimal number"}, ec);
        break;
      case http::field::transfer_encoding:
        if (minor == 0 || to_lower(value) != "chunked") {
          refuse({400, "the only Transfer-Encoding understood is chunked, in HTTP/1.1"}, ec);
        }
        break;
      case http::field::expect:
        if (minor == 0) break;
        expects_continue = to_lower(value) == "100-continue";
        if (!expects_continue) refuse({417, "the only expectation understood is 100-continue"}, ec);
        break;
      default:
        break;
    }
  }

  void on_header_impl(error_code& ec) override {
    head_done_ = true;
    if (minor == 1 && hosts_ == 0) refuse({400, "the Host header is missing"}, ec);
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) request.body.reserve(std::min<std::size_t>(*length, kMaxReserve));
  }

  std::size_t on_body_impl(beast::string_view bytes, error_code&) override {
    request.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code& ec) override {
    return on_body_impl(bytes, ec);
  }

  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}
  void on_response_impl(int, beast::string_view, int, error_code&) override {}

  // Beast limits what it sees in one call; this is the sum over all calls.
  void count(std::string_view text, error_code& ec) {
    head_bytes_ += text.size() + 2;
    if (head_bytes_ > head_limit_) ec = http::error::header_limit;
  }

  std::size_t head_limit_;
  std::size_t head_bytes_ = 0;
  std::size_t fields_ = 0;
  int hosts_ = 0;
  bool head_done_ = false;
};

RequestParser::RequestParser(ParseLimits limits)
    : limits_(limits), message_(std::make_unique<Message>(limits)) {}
RequestParser::~RequestParser() = default;

const ParseFailure& RequestParser::failure() const {
  return *message_->failure;
}
int RequestParser::http_minor() const {
  return message_->minor;
}
bool RequestParser::keep_alive() const {
  return message_->keep_alive();
}
bool RequestParser::expects_continue() const {
  return message_->expects_continue;
}
std::size_t RequestParser::body_received() const {
  return message_->request.body.size();
}

// One empty line before a request is an old client's habit that RFC 9112 asks to bear.
std::size_t RequestParser::skip_empty_line(std::string_view bytes) {
  if (state_ != State::kStart || empty_line_skipped_ || bytes.substr(0, 2) != "\r\n") return 0;
  empty_line_skipped_ = true;
  return 2;
}

std::size_t RequestParser::feed(std::string_view bytes) {
  if (state_ == State::kComplete || state_ == State::kFailed) return 0;
  std::size_t used = skip_empty_line(bytes);
  if (used == bytes.size() || (state_ == State::kStart && bytes == "\r")) return used;
  const auto unread = bytes.substr(used);
  if (state_ == State::kBody && message_->chunked() && unread.size() < kChunkedEnd) return used;
  error_code ec;
  used += message_->put(boost::asio::const_buffer(unread.data(), unread.size()), ec);
  if (ec && ec != http::error::need_more && !message_->failure) {
    message_->failure = explain(ec);
    if (ec == http::error::bad_version && !names_a_version(unread))
      message_->failure = {400, "no HTTP request line"};
  }
  judge(bytes.substr(used));
  return used;
}

void RequestParser::judge(std::string_view unread) {
  if (!message_->failure && !message_->is_header_done() && unread.size() >= limits_.head_bytes) {
    message_->failure = explain(http::error::header_limit);
  }
  if (!message_->failure && message_->is_header_done() && !message_->is_done() &&
      unread.size() > kMaxChunkHead) {
    message_->failure = {431, "a chunk's head or the trailers are larger than this server accepts"};
  }
  if (message_->failure) {
    state_ = State::kFailed;
  } else if (message_->is_done()) {
    state_ = State::kComplete;
  } else {
    state_ = message_->is_header_done() ? State::kBody : State::kHead;
  }
}

routers::Request RequestParser::take() {
  auto request = std::move(message_->request);
  *message_ = Message(limits_);
  state_ = State::kStart;
  empty_line_skipped_ = false;
  return request;
}

}  // namespace agenthost::server
