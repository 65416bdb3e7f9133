// What a look at a directory of 100 plugins costs, without opening a library: their manifests, a look again
// when nothing has changed, and the copying and hashing of libraries when everything is new. Needs
// AGENTHOST_BENCH_PLUGINS: the folder of built plugins.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "host/plugins/package.hpp"

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;

constexpr int kPlugins = 100;

// A hundred copies of one plugin. Empty without AGENTHOST_BENCH_PLUGINS.
class Hundred {
 public:
  explicit Hundred(const std::string& plugin) {
    const char* built = std::getenv("AGENTHOST_BENCH_PLUGINS");
    if (built == nullptr) return;
    auto pattern = (fs::temp_directory_path() / "agenthost-scan-XXXXXX").string();
    root_ = mkdtemp(pattern.data());
    for (int i = 0; i < kPlugins; ++i) {
      folders.push_back(root_ / std::to_string(i));
      fs::copy(fs::path(built) / plugin, folders.back());
    }
  }
  ~Hundred() {
    if (!root_.empty()) fs::remove_all(root_);
  }
  Hundred(const Hundred&) = delete;
  Hundred& operator=(const Hundred&) = delete;

  std::vector<fs::path> folders;

 private:
  fs::path root_;
};

void read_manifests(benchmark::State& state) {
  const Hundred hundred("echo");
  if (hundred.folders.empty()) return state.SkipWithError("set AGENTHOST_BENCH_PLUGINS");
  for (auto _ : state) {
    for (const auto& folder : hundred.folders) {
      if (!read_manifest(folder / kManifestFile)) return state.SkipWithError("a manifest is wrong");
    }
  }
}
BENCHMARK(read_manifests)->UseRealTime()->Unit(benchmark::kMillisecond);

void look_again(benchmark::State& state) {
  const Hundred hundred("echo");
  if (hundred.folders.empty()) return state.SkipWithError("set AGENTHOST_BENCH_PLUGINS");
  for (auto _ : state) {
    for (const auto& folder : hundred.folders) benchmark::DoNotOptimize(fingerprint_of(folder));
  }
}
BENCHMARK(look_again)->UseRealTime()->Unit(benchmark::kMillisecond);

void take_in(benchmark::State& state, const std::string& plugin) {
  const Hundred hundred(plugin);
  auto vault = LibraryVault::open_temporary();
  if (hundred.folders.empty() || !vault) return state.SkipWithError("set AGENTHOST_BENCH_PLUGINS");
  std::int64_t bytes = 0;
  for (auto _ : state) {
    for (const auto& folder : hundred.folders) {
      auto manifest = read_manifest(folder / kManifestFile);
      const auto package = take_package(folder, std::move(*manifest), **vault);
      if (!package) return state.SkipWithError("a library cannot be read");
      bytes += static_cast<std::int64_t>(fs::file_size(package->library->file()));
    }
  }
  state.SetBytesProcessed(bytes);
}
BENCHMARK_CAPTURE(take_in, small_libraries, std::string("echo"))
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(take_in, libraries_of_2_MB, std::string("echo-cpp"))
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace agenthost::plugins

BENCHMARK_MAIN();
