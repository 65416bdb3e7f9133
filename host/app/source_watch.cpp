#include "host/app/source_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string_view>
#include <system_error>
#include <utility>

namespace agenthost::app {
namespace {

namespace fs = std::filesystem;

constexpr int kQuietMs = 100;

bool counts(std::string_view name) {
  return !name.empty() && name.front() != '.' && name.back() != '~' && name.substr(0, 5) != "build";
}

}  // namespace

SourceWatch::SourceWatch(fs::path folder)
    : folder_(std::move(folder)), fd_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
  watch_all();
}

SourceWatch::~SourceWatch() {
  if (fd_ >= 0) close(fd_);
}

// Watching a folder twice is harmless, so new ones are found by walking again.
void SourceWatch::watch_all() {
  constexpr std::uint32_t kSaved = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_CREATE | IN_DELETE;
  inotify_add_watch(fd_, folder_.c_str(), kSaved);
  std::error_code ec;
  fs::recursive_directory_iterator entry(folder_, ec);
  for (; !ec && entry != fs::recursive_directory_iterator(); entry.increment(ec)) {
    if (!entry->is_directory(ec)) continue;
    if (counts(entry->path().filename().string())) {
      inotify_add_watch(fd_, entry->path().c_str(), kSaved);
    } else {
      entry.disable_recursion_pending();
    }
  }
}

bool SourceWatch::read_events() {
  alignas(inotify_event) std::array<char, 16'384> buffer{};
  bool changed = false;
  for (auto size = read(fd_, buffer.data(), buffer.size()); size > 0;
       size = read(fd_, buffer.data(), buffer.size())) {
    for (std::size_t at = 0; at < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof(event));
      changed = changed || (event.len > 0 && counts(buffer.data() + at + sizeof(event)));
      at += sizeof(event) + event.len;
    }
  }
  return changed;
}

bool SourceWatch::take_changes() {
  bool changed = false;
  pollfd wanted{fd_, POLLIN, 0};
  do {
    changed = read_events() || changed;
  } while (poll(&wanted, 1, kQuietMs) > 0);
  if (changed) watch_all();
  return changed;
}

}  // namespace agenthost::app
