#include "host/plugins/first_contact.hpp"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <system_error>
#include <thread>
#include <utility>

namespace agenthost::plugins {
namespace {

// At once: enough to keep the cores busy with what mostly waits for its process.
constexpr std::size_t kAtOnce = 8;
// A folder that is rebuilt all day leaves one line per build.
constexpr std::size_t kMaxKnown = 1'000;

// The lines after the first, which says which build has met them.
std::set<std::string> read_known(const std::filesystem::path& file, const std::string& build) {
  std::set<std::string> known;
  std::ifstream in(file);
  std::string line;
  if (!std::getline(in, line) || line != build) return known;
  while (std::getline(in, line)) known.insert(line);
  return known;
}

Status write_known(const std::filesystem::path& file, const std::string& build,
                   const std::set<std::string>& known) {
  auto incoming = file;
  incoming += ".new";
  std::ofstream out(incoming);
  out << build << '\n';
  for (const auto& hash : known) out << hash << '\n';
  out.close();
  std::error_code ec;
  if (out) std::filesystem::rename(incoming, file, ec);
  if (out && !ec) return {};
  return fail(ErrorCode::kUnavailable,
              file.string() + ": cannot be written, so the next start tries these plugins out again");
}

}  // namespace

FirstContact::FirstContact(ProcessLauncher& processes, std::filesystem::path remembered, std::string build)
    : processes_(processes),
      file_(std::move(remembered)),
      build_(std::move(build)),
      known_(read_known(file_, build_)) {}

std::vector<Status> FirstContact::meet(const std::vector<Stranger>& strangers, const HostServices& services) {
  std::vector<Stranger> unknown;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < strangers.size(); ++i) {
    if (knows(strangers[i].hash)) continue;
    unknown.push_back(strangers[i]);
    places.push_back(i);
  }
  std::vector<Status> tried(unknown.size());
  try_out(unknown, tried, services);
  std::vector<std::string> good;
  std::vector<Status> met(strangers.size());
  for (std::size_t i = 0; i < unknown.size(); ++i) {
    if (tried[i]) good.push_back(unknown[i].hash);
    met[places[i]] = std::move(tried[i]);
  }
  if (!good.empty()) remember(good, services.logger);
  return met;
}

void FirstContact::try_out(const std::vector<Stranger>& strangers, std::vector<Status>& met,
                           const HostServices& services) {
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (auto i = next++; i < strangers.size(); i = next++)
      met[i] = processes_.try_out(strangers[i].source, services);
  };
  std::vector<std::thread> others;
  for (std::size_t i = 1; i < std::min(kAtOnce, strangers.size()); ++i) others.emplace_back(work);
  work();
  for (auto& other : others) other.join();
}

bool FirstContact::knows(const std::string& hash) const {
  const std::lock_guard lock(mutex_);
  return known_.count(hash) != 0;
}

void FirstContact::remember(const std::vector<std::string>& hashes, telemetry::Logger& logger) {
  const std::lock_guard lock(mutex_);
  if (known_.size() + hashes.size() > kMaxKnown) known_.clear();
  known_.insert(hashes.begin(), hashes.end());
  if (file_.empty()) return;
  if (const auto written = write_known(file_, build_, known_); !written)
    logger.warn("plugins", written.error().text);
}

}  // namespace agenthost::plugins
