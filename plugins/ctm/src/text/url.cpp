#include "text/url.hpp"

#include <cctype>

namespace ctm::text {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool is_tracking(std::string_view parameter) {
  return parameter.substr(0, 4) == "utm_" || parameter.substr(0, 6) == "fbclid" ||
         parameter.substr(0, 5) == "gclid";
}

std::string without_tracking(std::string_view query) {
  std::string kept;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view parameter = query.substr(0, end);
    if (!parameter.empty() && !is_tracking(parameter))
      kept.append(kept.empty() ? "?" : "&").append(parameter);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return kept;
}

// What follows the scheme, without fragment.
std::string_view address(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  return url.substr(0, url.find('#'));
}

}  // namespace

bool is_web_url(std::string_view url) {
  const std::string start = lower(url.substr(0, 8));
  const bool scheme = start == "https://" || start.substr(0, 7) == "http://";
  if (!scheme || url.size() > 2'000) return false;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7F || c == '<' || c == '>' || c == '"' || c == '`') return false;
  }
  const std::string_view host = address(url).substr(0, address(url).find_first_of("/?"));
  return host.find('.') != std::string_view::npos;
}

std::string normalise_url(std::string_view url) {
  const std::string_view rest = address(url);
  const std::size_t host_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string host = lower(rest.substr(0, host_end));
  if (host.substr(0, 4) == "www.") host.erase(0, 4);
  const std::string_view tail = rest.substr(host_end);
  const std::size_t query_at = std::min(tail.find('?'), tail.size());
  std::string path(tail.substr(0, query_at));
  while (!path.empty() && path.back() == '/') path.pop_back();
  const std::string_view query = query_at < tail.size() ? tail.substr(query_at + 1) : std::string_view();
  return host + path + without_tracking(query);
}

bool is_deep_link(std::string_view url) {
  if (!is_web_url(url)) return false;
  const std::string page = normalise_url(url);
  const std::size_t path = page.find_first_of("/?");
  if (path == std::string::npos) return false;
  // A front page in a language is still a front page.
  const std::string tail = page.substr(path);
  return tail != "/es" && tail != "/en";
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '_' || c == '.' || c == '~') {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    }
  }
  return out;
}

}  // namespace ctm::text
