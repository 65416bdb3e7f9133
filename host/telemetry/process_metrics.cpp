#include "host/telemetry/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>

namespace agenthost::telemetry {
namespace {

using Kind = MetricPage::Kind;

// How many entries a folder of /proc/self has.
std::optional<std::int64_t> entries_in(const char* folder) {
  std::error_code problem;
  std::int64_t count = 0;
  for (std::filesystem::directory_iterator at(folder, problem), end; !problem && at != end;
       at.increment(problem))
    ++count;
  if (problem) return std::nullopt;
  return count;
}

std::optional<std::int64_t> resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t total = 0;
  std::int64_t resident = 0;
  if (!(file >> total >> resident)) return std::nullopt;
  return resident * ::sysconf(_SC_PAGESIZE);
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

void add_process_metrics(MetricPage& page) {
  if (const auto bytes = resident_bytes())
    page.single("process_resident_memory_bytes", Kind::kGauge, "Memory in RAM.", *bytes);
  page.single("process_cpu_seconds_total", Kind::kCounter, "Time on a processor, user and system.",
              cpu_seconds());
  // The listing itself has one open.
  if (const auto count = entries_in("/proc/self/fd"))
    page.single("process_open_fds", Kind::kGauge, "Open file descriptors.", *count - 1);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0)
    page.single("process_max_fds", Kind::kGauge, "Most file descriptors that may be open.",
                static_cast<std::uint64_t>(limit.rlim_cur));
  if (const auto count = entries_in("/proc/self/task"))
    page.single("process_threads", Kind::kGauge, "Threads.", *count);
}

}  // namespace agenthost::telemetry
