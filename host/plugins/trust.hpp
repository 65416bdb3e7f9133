// Trust: the operator's policy on whose plugins are loaded, and on what each of them is given. Immutable.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "host/base/error.hpp"
#include "host/plugins/package.hpp"
#include "host/settings/settings.hpp"

namespace agenthost::plugins {

// In plugins.grants: whoever is not named there.
inline constexpr std::string_view kEveryPlugin = "*";

class Trust {
 public:
  // Of plugins.trust, plugins.trusted_keys and plugins.grants. kInvalid.
  [[nodiscard]] static Result<Trust> open(const settings::Plugins& settings);

  struct Vouched {
    std::string how;  // "signed by ops", "unsigned", "unsigned, matches its plugin.lock", ...
    enum class Warn { kNo, kYes } warn = Warn::kNo;
  };
  // How the package is vouched for. An error refuses it: its files are not those of its plugin.lock, a
  // signature is wrong, or the policy wants one.
  [[nodiscard]] Result<Vouched> judge(const std::filesystem::path& folder,
                                      const PluginPackage& package) const;

  // Of what a plugin asks for, what the operator does not give it.
  [[nodiscard]] std::vector<std::string> not_granted(const Manifest& manifest) const;

 private:
  enum class Policy { kOff, kWarn, kEnforce };
  explicit Trust(const settings::Plugins& settings);
  // Of a plugin that no trusted key has signed.
  [[nodiscard]] Vouched stranger(std::string how) const;
  [[nodiscard]] std::string name_of(const std::string& public_key) const;

  const Policy policy_;
  const std::map<std::string, std::string> keys_;                 // name -> public key
  const std::map<std::string, std::vector<std::string>> grants_;  // plugin id, or "*" -> services
};

}  // namespace agenthost::plugins
