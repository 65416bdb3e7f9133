#include "host/plugins/trust.hpp"

#include <algorithm>
#include <utility>

#include "host/plugins/lock_file.hpp"
#include "host/plugins/signature.hpp"
#include "host/settings/text_value.hpp"

namespace agenthost::plugins {
namespace {

bool contains(const std::vector<std::string>& list, const std::string& text) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

Status check_grants(const std::map<std::string, std::vector<std::string>>& grants) {
  for (const auto& [plugin, services] : grants) {
    for (const auto& service : services) {
      if (contains(known_needs(), service)) continue;
      return fail(ErrorCode::kInvalid, "plugins.grants." + plugin + ": unknown service \"" + service + "\"" +
                                           settings::did_you_mean(service, known_needs()));
    }
  }
  return {};
}

// What of a lock file does not fit the files; empty when all fits.
std::string mismatch(const LockFile& lock, const PluginPackage& package) {
  if (lock.manifest_sha256 != package.manifest.sha256) return std::string(kManifestFile);
  if (lock.library_sha256 != package.library->sha256()) return package.manifest.library;
  return {};
}

}  // namespace

Trust::Trust(const settings::Plugins& settings)
    : policy_(settings.trust == "enforce" ? Policy::kEnforce
              : settings.trust == "warn"  ? Policy::kWarn
                                          : Policy::kOff),
      keys_(settings.trusted_keys),
      grants_(settings.grants) {}

Result<Trust> Trust::open(const settings::Plugins& settings) {
  for (const auto& [name, key] : settings.trusted_keys) {
    if (const auto good = check_public_key(key); !good)
      return fail(ErrorCode::kInvalid,
                  "plugins.trusted_keys." + name + ": \"" + key + "\" " + good.error().text);
  }
  if (settings.trust == "enforce" && settings.trusted_keys.empty()) {
    return fail(
        ErrorCode::kInvalid,
        "plugins.trust is enforce and plugins.trusted_keys is empty, so no plugin could be loaded; name the "
        "keys you trust");
  }
  if (auto good = check_grants(settings.grants); !good) return fail(good.error());
  return Trust(settings);
}

Trust::Vouched Trust::stranger(std::string how) const {
  return {std::move(how), policy_ == Policy::kWarn ? Vouched::Warn::kYes : Vouched::Warn::kNo};
}

Result<Trust::Vouched> Trust::judge(const std::filesystem::path& folder, const PluginPackage& package) const {
  const auto lock = read_lock_file(folder, package.manifest.library);
  if (!lock) return fail(lock.error());
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::kDenied, folder.string() + ": " + why);
  };
  const auto sign = "; sign it with agenthost sign " + folder.string() + " --key FILE";
  if (!*lock) {
    if (policy_ == Policy::kEnforce) return refuse("is not signed, and plugins.trust is enforce" + sign);
    return stranger("unsigned");
  }
  if (const auto file = mismatch(**lock, package); !file.empty())
    return refuse(
        file +
        " is not the file plugin.lock was made for; is its copy whole? if it is, make plugin.lock anew");
  const auto& key = (*lock)->public_key;
  if (!key.empty() && !is_signed_by(key, signed_text(package), (*lock)->signature))
    return refuse("the signature in plugin.lock is wrong" + sign);
  if (const auto name = name_of(key); !name.empty()) return Vouched{"signed by " + name};
  if (policy_ == Policy::kEnforce) {
    return refuse((key.empty() ? "is not signed"
                               : "is signed by " + key + ", which plugins.trusted_keys does not name") +
                  std::string(", and plugins.trust is enforce") + (key.empty() ? sign : ""));
  }
  return stranger(key.empty() ? "unsigned, matches its plugin.lock" : "signed by an unknown key, " + key);
}

std::string Trust::name_of(const std::string& public_key) const {
  for (const auto& [name, key] : keys_) {
    if (key == public_key) return name;
  }
  return {};
}

std::vector<std::string> Trust::not_granted(const Manifest& manifest) const {
  auto grant = grants_.find(manifest.id);
  if (grant == grants_.end()) grant = grants_.find(std::string(kEveryPlugin));
  std::vector<std::string> missing;
  if (grant == grants_.end()) return missing;
  for (const auto& need : manifest.needs) {
    if (!contains(grant->second, need)) missing.push_back(need);
  }
  return missing;
}

}  // namespace agenthost::plugins
