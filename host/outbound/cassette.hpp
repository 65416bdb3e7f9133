// Cassette: HTTP answers kept as files, to record once and replay without a network.
//
// One JSON file per request, named after a hash of what the caller asked (service, method, URL, body) and
// never of the credentials the host added, which are not in the file either. Strand-bound.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/outbound/http_types.hpp"
#include "host/outbound/redactor.hpp"

namespace agenthost::outbound {

// What identifies a recorded request.
struct CassetteKey {
  std::string service;  // empty = none
  std::string method;
  std::string url;  // without the endpoint's own query
  std::string body;
};

class Cassette {
 public:
  enum class Mode { kOff, kRecord, kReplay };

  Cassette(Mode mode, std::filesystem::path directory) : mode_(mode), directory_(std::move(directory)) {}

  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] std::filesystem::path file_for(const CassetteKey& key) const;

  // kNotFound with the file's name and how to record it.
  [[nodiscard]] Result<HttpReply> replay(const CassetteKey& key) const;
  [[nodiscard]] Status record(const CassetteKey& key, const HttpReply& reply, const Redactor& redactor) const;

 private:
  const Mode mode_;
  const std::filesystem::path directory_;
};

}  // namespace agenthost::outbound
