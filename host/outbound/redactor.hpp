// Redactor: takes known secrets out of text before it is logged, recorded or shown. Immutable.
#pragma once

#include <string>
#include <vector>

namespace agenthost::outbound {

class Redactor {
 public:
  Redactor() = default;
  // Shorter values are left out: nobody's key, and their replacement would garble ordinary text.
  explicit Redactor(const std::vector<std::string>& secrets) {
    for (const auto& secret : secrets) {
      if (secret.size() >= kShortestSecret) secrets_.push_back(secret);
    }
  }

  [[nodiscard]] std::string clean(std::string text) const {
    for (const auto& secret : secrets_) {
      for (auto at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size())) {
        text.replace(at, secret.size(), kMask);
      }
    }
    return text;
  }

 private:
  static constexpr std::size_t kShortestSecret = 8;
  static constexpr std::string_view kMask = "***";
  std::vector<std::string> secrets_;
};

}  // namespace agenthost::outbound
