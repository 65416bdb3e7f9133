#include "host/server/response_writer.hpp"

#include <algorithm>
#include <array>
#include <boost/beast/http/status.hpp>
#include <charconv>

#include "host/base/json.hpp"

namespace agenthost::server {
namespace {

namespace http = boost::beast::http;
using routers::Headers;

bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const auto fits = [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           kMarks.find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), fits);
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; };
  return text.size() == lower.size() && std::equal(text.begin(), text.end(), lower.begin(), same);
}

// Headers that describe this connection and not the answer: only the server knows them.
bool is_the_servers(std::string_view name) {
  constexpr std::array<std::string_view, 5> kOwn{"content-length", "transfer-encoding", "connection", "date",
                                                 "keep-alive"};
  return std::any_of(kOwn.begin(), kOwn.end(),
                     [&](std::string_view own) { return equals_ignoring_case(name, own); });
}

// CR and LF would start a new header line; other control bytes are no text either.
void append_value(std::string& out, std::string_view value) {
  const auto start = out.size();
  out.append(value);
  std::replace_if(
      out.begin() + static_cast<std::ptrdiff_t>(start), out.end(),
      [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }, ' ');
}

void append_line(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ");
  append_value(out, value);
  out.append("\r\n");
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 24> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_status_line(std::string& out, int status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(out, static_cast<std::size_t>(status));
  out.append(" ");
  const auto known = http::int_to_status(static_cast<unsigned>(status));
  if (known != http::status::unknown) {
    const auto reason = http::obsolete_reason(known);
    out.append(reason.data(), reason.size());
  }
  out.append("\r\n");
}

void append_framing(std::string& out, Framing framing) {
  switch (framing.kind) {
    case BodyFraming::kLength:
      out.append("Content-Length: ");
      append_number(out, framing.length);
      out.append("\r\n");
      break;
    case BodyFraming::kChunked:
      out.append("Transfer-Encoding: chunked\r\n");
      break;
    case BodyFraming::kNone:
    case BodyFraming::kUntilClose:
      break;
  }
}

// Each version's default goes unsaid.
void append_connection(std::string& out, const AnswerTo& request) {
  if (request.persistence == Persistence::kClose) {
    out.append("Connection: close\r\n");
  } else if (request.http_minor == 0) {
    out.append("Connection: keep-alive\r\n");
  }
}

bool ends_with_the_head(int status) {
  return status < 200 || status == 204 || status == 304;
}

}  // namespace

bool has_body(const AnswerTo& request, int status) {
  return request.method != routers::Method::kHead && !ends_with_the_head(status);
}

Framing framing_for(int status, std::size_t length) {
  if (ends_with_the_head(status)) return {};
  return {BodyFraming::kLength, length};
}

void append_head(std::string& out, int status, std::string_view content_type, const Headers& headers,
                 Framing framing, const AnswerTo& request, const Cors& cors, std::string_view date) {
  append_status_line(out, status);
  append_line(out, "Date", date);
  if (!content_type.empty()) append_line(out, "Content-Type", content_type);
  append_framing(out, framing);
  append_connection(out, request);
  cors.append_headers(out, request.origin);
  for (const auto& [name, value] : headers) {
    if (is_token(name) && !is_the_servers(name)) append_line(out, name, value);
  }
  out.append("\r\n");
}

routers::Response error_response(int status, std::string_view detail) {
  routers::Response response;
  response.status = status;
  response.content_type = "application/json";
  response.body = "{\"detail\":" + quote(detail) + "}";
  return response;
}

}  // namespace agenthost::server
