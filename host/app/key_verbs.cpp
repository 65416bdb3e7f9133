#include "host/app/key_verbs.hpp"

#include <cstdio>

#include "host/plugins/lock_file.hpp"
#include "host/plugins/plugins_directory.hpp"
#include "host/plugins/signature.hpp"

namespace agenthost::app {
namespace {

int complain(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text.c_str());
  return 1;
}

Result<plugins::PluginPackage> package_in(const std::filesystem::path& folder, plugins::LibraryVault& vault) {
  if (auto meant = plugins::check_plugin_folder(folder); !meant) return fail(meant.error());
  auto manifest = plugins::read_manifest(folder / plugins::kManifestFile);
  if (!manifest) return fail(manifest.error());
  return plugins::take_package(folder, std::move(*manifest), vault);
}

}  // namespace

int make_key(const std::filesystem::path& file) {
  const auto key = plugins::SigningKey::create();
  if (!key) return complain(key.error());
  if (const auto written = key->write(file); !written) return complain(written.error());
  std::printf(
      "%s holds the private key: keep it to yourself. Servers that trust it say\n\n"
      "plugins:\n  trusted_keys:\n    %s: \"%s\"\n",
      file.c_str(), file.stem().c_str(), key->public_key().c_str());
  return 0;
}

int sign_plugin(const std::filesystem::path& folder, const std::filesystem::path& key_file) {
  const auto key = plugins::SigningKey::read(key_file);
  if (!key) return complain(key.error());
  const auto vault = plugins::LibraryVault::open_temporary();
  if (!vault) return complain(vault.error());
  const auto package = package_in(folder, **vault);
  if (!package) return complain(package.error());
  if (const auto written = plugins::write_lock_file(folder, *package, *key); !written)
    return complain(written.error());
  std::printf("signed %s %s with %s\n", package->manifest.id.c_str(), package->manifest.version.c_str(),
              key->public_key().c_str());
  return 0;
}

}  // namespace agenthost::app
