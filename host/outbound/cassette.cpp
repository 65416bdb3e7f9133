#include "host/outbound/cassette.hpp"

#include <fstream>
#include <sstream>
#include <system_error>

#include "host/base/base64.hpp"
#include "host/base/ids.hpp"
#include "host/base/json.hpp"

namespace agenthost::outbound {
namespace {

bool is_utf8(const std::string& text) {
  return parse_json(quote(text)).has_value();
}

// "body" for text, "body_base64" for anything else.
std::string body_member(const std::string& body) {
  return is_utf8(body) ? "\"body\":" + quote(body) : "\"body_base64\":" + quote(to_base64(body));
}

std::string headers_object(const Headers& headers, const Redactor& redactor) {
  std::string out = "{";
  for (const auto& [name, value] : headers) {
    if (name == "set-cookie") continue;
    out += (out.size() > 1 ? "," : "") + quote(name) + ":" + quote(redactor.clean(value));
  }
  return out + "}";
}

std::string file_text(const CassetteKey& key, const HttpReply& reply, const Redactor& redactor) {
  return "{\"request\":{\"service\":" + quote(key.service) + ",\"method\":" + quote(key.method) +
         ",\"url\":" + quote(redactor.clean(key.url)) + "," + body_member(redactor.clean(key.body)) +
         "},\n \"response\":{\"status\":" + std::to_string(reply.status) +
         ",\"url\":" + quote(redactor.clean(reply.url)) +
         ",\"headers\":" + headers_object(reply.headers, redactor) + "," +
         body_member(redactor.clean(reply.body)) + "}}\n";
}

Result<HttpReply> read_reply(const JsonValue& file) {
  const auto* response = find_member(file, "response");
  const auto* status = response != nullptr ? find_member(*response, "status") : nullptr;
  if (status == nullptr || !status->IsInt()) return fail(ErrorCode::kInvalid, "holds no response.status");
  HttpReply reply;
  reply.status = status->GetInt();
  reply.url = string_member(*response, "url");
  reply.body = string_member(*response, "body");
  if (const auto encoded = string_member(*response, "body_base64"); !encoded.empty()) {
    auto bytes = from_base64(encoded);
    if (!bytes) return fail(bytes.error());
    reply.body = std::move(*bytes);
  }
  if (const auto* headers = find_member(*response, "headers"); headers != nullptr && headers->IsObject()) {
    for (const auto& header : headers->GetObject()) {
      if (header.value.IsString()) reply.headers.emplace_back(as_view(header.name), as_view(header.value));
    }
  }
  return reply;
}

}  // namespace

std::filesystem::path Cassette::file_for(const CassetteKey& key) const {
  // Length-prefixed, so that no two different requests spell the same text.
  std::string identity;
  for (const auto* part : {&key.service, &key.method, &key.url, &key.body}) {
    identity += std::to_string(part->size()) + ":" + *part;
  }
  std::string prefix = key.service.empty() ? "url" : key.service;
  for (char& c : prefix) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '.' && c != '_') c = '-';
  }
  return directory_ / (prefix + "-" + short_hash(identity) + ".json");
}

Result<HttpReply> Cassette::replay(const CassetteKey& key) const {
  const auto path = file_for(key);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return fail(ErrorCode::kNotFound, "no cassette " + path.string() + " for " + key.method + " " + key.url +
                                          "; record it with http.cassette_mode: record");
  }
  std::ostringstream text;
  text << file.rdbuf();
  const auto json = parse_json(text.str());
  auto reply = json ? read_reply(*json) : Result<HttpReply>(fail(json.error()));
  if (!reply) return fail(ErrorCode::kInvalid, path.string() + ": " + reply.error().text);
  return reply;
}

Status Cassette::record(const CassetteKey& key, const HttpReply& reply, const Redactor& redactor) const {
  const auto path = file_for(key);
  const auto fresh = path.string() + ".new";
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  {
    std::ofstream file(fresh, std::ios::binary | std::ios::trunc);
    file << file_text(key, reply, redactor);
    if (!file.flush()) return fail(ErrorCode::kUnavailable, "cannot write cassette " + fresh);
  }
  std::filesystem::rename(fresh, path, error);  // so that no reader ever sees half a file
  if (error)
    return fail(ErrorCode::kUnavailable, "cannot write cassette " + path.string() + ": " + error.message());
  return {};
}

}  // namespace agenthost::outbound
