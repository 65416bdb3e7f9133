#include "host/outbound/curl_transfer.hpp"

#include <algorithm>
#include <charconv>

#include "host/base/text.hpp"
#include "host/outbound/address_guard.hpp"
#include "host/outbound/endpoint.hpp"

namespace agenthost::outbound {
namespace {

constexpr std::size_t kMaxHeaderBytes = 256U << 10U;

// Header values go into JSON for plugins, and HTTP promises no encoding.
std::string printable(std::string_view value) {
  std::string out(value);
  std::replace_if(
      out.begin(), out.end(), [](unsigned char c) { return c < 0x20 || c >= 0x7f; }, '?');
  return out;
}

int status_of(std::string_view status_line) {
  const auto space = status_line.find(' ');
  int status = 0;
  if (space != std::string_view::npos) {
    const auto digits = status_line.substr(space + 1, 3);
    std::from_chars(digits.data(), digits.data() + digits.size(), status);
  }
  return status;
}

}  // namespace

CurlTransfer::CurlTransfer(Transfer transfer, TransferEvents events)
    : transfer_(std::move(transfer)), events_(std::move(events)), handle_(curl_easy_init()) {
  AGENTHOST_CHECK(handle_ != nullptr, "libcurl gave no handle");
  add_headers();
  set_options();
  set_method();
  if (transfer_.reach == Reach::kPublicOnly) keep_public();
}

void CurlTransfer::add_headers() {
  const auto append = [this](const std::string& line) {
    header_list_.reset(curl_slist_append(header_list_.release(), line.c_str()));
  };
  for (const auto& [name, value] : transfer_.headers)
    append(value.empty() ? name + ";" : name + ": " + value);
  append("Expect:");  // no 100-continue: one round trip less, and many servers get it wrong
  const bool typed = std::any_of(transfer_.headers.begin(), transfer_.headers.end(), [](const auto& header) {
    return lower_case(header.first) == "content-type";
  });
  if (!typed) append("Content-Type:");  // else libcurl calls every body a web form
}

void CurlTransfer::set_options() {
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_URL, transfer_.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, header_list_.get());
  curl_easy_setopt(curl, CURLOPT_USERAGENT, transfer_.user_agent.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);  // redirects are checked and followed one floor up
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_QUICK_EXIT, 1L);  // an abort does not wait for a name server
  curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(transfer_.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(transfer_.timeout.count())));
  // A compressed stream arrives in lumps, so pieces ask for plain bytes.
  if (!events_.piece) curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, &error_[0]);
  curl_easy_setopt(curl, CURLOPT_PRIVATE, this);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, this);
}

void CurlTransfer::set_method() {
  CURL* const curl = handle_.get();
  if (transfer_.method == "HEAD") {
    curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
    return;
  }
  const bool plain_get = transfer_.method == "GET" && transfer_.body.empty();
  if (!plain_get) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(transfer_.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, transfer_.body.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, transfer_.method.c_str());
}

void CurlTransfer::keep_public() {
  CURL* const curl = handle_.get();
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::on_connect);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, this);
  // A connection that another transfer left was made to who knows which address.
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
}

curl_socket_t CurlTransfer::on_connect(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<CurlTransfer*>(self);
  if (!is_public_address(address->addr)) {
    transfer.address_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  transfer.address_taken_ = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t CurlTransfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  return static_cast<CurlTransfer*>(self)->take_header_line({data, size * count}) ? size * count : 0;
}

std::size_t CurlTransfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  // Any other count than the one given makes libcurl abort the transfer.
  return static_cast<CurlTransfer*>(self)->take_body({data, size * count}) ? size * count
                                                                           : CURL_WRITEFUNC_ERROR;
}

bool CurlTransfer::take_header_line(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > kMaxHeaderBytes) {
    too_large_ = true;
    return false;
  }
  if (line.substr(0, 5) == "HTTP/") {  // also after an interim answer like 100
    reply_.status = status_of(line);
    reply_.headers.clear();
    return true;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  auto name = lower_case(printable(trimmed(line.substr(0, colon))));
  auto value = printable(trimmed(line.substr(colon + 1)));
  for (auto& [known, text] : reply_.headers) {
    if (known == name) {
      text += ", " + value;
      return true;
    }
  }
  reply_.headers.emplace_back(std::move(name), std::move(value));
  return true;
}

bool CurlTransfer::take_body(std::string_view piece) {
  if (reply_.body.size() + piece.size() > transfer_.max_body_bytes) {
    too_large_ = true;
    return false;
  }
  reply_.body.append(piece);
  if (events_.piece && reply_.status >= 200 && reply_.status < 300) events_.piece(reply_, piece);
  return true;
}

TransferFailure CurlTransfer::failure(CURLcode code) const {
  using Kind = TransferFailure::Kind;
  if (too_large_) {
    return {Kind::kTooLarge, "the answer is larger than http.max_body_bytes (" +
                                 std::to_string(transfer_.max_body_bytes) + ")"};
  }
  if (address_refused_ && !address_taken_) {
    return {Kind::kRefused, "the host's address is not public"};
  }
  std::string text = error_[0] != '\0' ? &error_[0] : curl_easy_strerror(code);
  if (code != CURLE_OPERATION_TIMEDOUT) return {Kind::kConnection, std::move(text)};
  // libcurl has one code for both; no connection was made when it never measured one.
  curl_off_t connect_us = 0;
  curl_easy_getinfo(handle_.get(), CURLINFO_PRETRANSFER_TIME_T, &connect_us);
  if (connect_us == 0) return {Kind::kConnection, "could not connect in time"};
  return {Kind::kTimeout, "no complete answer within " + std::to_string(transfer_.timeout.count()) + " ms"};
}

void CurlTransfer::finish(CURLcode code) {
  if (code == CURLE_OK) {
    events_.done(std::move(reply_));
  } else {
    events_.done(tl::unexpected<TransferFailure>(failure(code)));
  }
}

}  // namespace agenthost::outbound
