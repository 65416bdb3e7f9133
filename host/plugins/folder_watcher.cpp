#include "host/plugins/folder_watcher.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

namespace agenthost::plugins {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kForever{-1};
constexpr milliseconds kLookAgain{2'000};  // where watching is not possible
// A directory that never becomes quiet is looked at after so many times the quiet that was asked for.
constexpr int kPatience = 20;
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE |
                                   IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

// The kernel's watches on a directory and the folders in it.
class FolderWatcher::Watch {
 public:
  explicit Watch(const fs::path& directory)
      : directory_(directory), inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
    if (!inotify_) problem_ = errno;
    add(directory);
    follow();
  }

  // Watches the folders that have come since, too.
  void follow() {
    std::error_code ec;
    fs::directory_iterator entry(directory_, ec);
    for (; !ec && entry != fs::directory_iterator(); entry.increment(ec)) {
      std::error_code ignored;
      if (entry->is_directory(ignored)) add(entry->path());
    }
  }

  // Forgets what has happened so far.
  void drain() const {
    std::array<char, 16'384> events{};
    while (::read(inotify_.get(), events.data(), events.size()) > 0) {
    }
  }

  [[nodiscard]] int descriptor() const { return inotify_.get(); }
  [[nodiscard]] int problem() const { return problem_; }  // an errno; 0: all is watched

 private:
  void add(const fs::path& folder) {
    if (problem_ != 0 || inotify_add_watch(inotify_.get(), folder.c_str(), kChanges) >= 0) return;
    // A folder in the directory may go while we look at it; the directory itself may not.
    if (errno != ENOENT || folder == directory_) problem_ = errno;
  }

  const fs::path directory_;
  const FileDescriptor inotify_;
  int problem_ = 0;
};

FolderWatcher::FolderWatcher(fs::path directory, milliseconds settle, std::function<void()> look,
                             telemetry::Logger& logger)
    : directory_(std::move(directory)),
      settle_(settle),
      look_(std::move(look)),
      logger_(logger),
      stopping_(eventfd(0, EFD_CLOEXEC)) {
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "watcher");
    run();
  });
}

FolderWatcher::~FolderWatcher() {
  stop();
}

void FolderWatcher::stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  static_cast<void>(::write(stopping_.get(), &one, sizeof one));
  thread_.join();
}

void FolderWatcher::run() {
  int said = 0;
  for (;;) {
    Watch watch(directory_);
    const int problem = watch.problem();
    if (problem != 0 && problem != said) {
      logger_.warn("plugins", directory_.string() +
                                  ": cannot be watched: " + std::generic_category().message(problem) +
                                  "; it is looked at every two seconds instead");
    }
    said = problem;
    if (problem != ENOENT) look_();
    const auto woken = wait(watch, problem == 0 ? kForever : kLookAgain);
    if (woken == Woken::kStopped) return;
    if (woken == Woken::kChanged && wait_until_quiet(watch) == Woken::kStopped) return;
  }
}

FolderWatcher::Woken FolderWatcher::wait(const Watch& watch, milliseconds longest) const {
  // poll passes over a negative descriptor, such as that of a watch that could not be made.
  std::array<pollfd, 2> wanted{pollfd{stopping_.get(), POLLIN, 0}, pollfd{watch.descriptor(), POLLIN, 0}};
  int ready = 0;
  do {
    ready = ::poll(wanted.data(), wanted.size(), static_cast<int>(longest.count()));
  } while (ready < 0 && errno == EINTR);
  if (wanted[0].revents != 0) return Woken::kStopped;
  return ready > 0 ? Woken::kChanged : Woken::kQuiet;
}

FolderWatcher::Woken FolderWatcher::wait_until_quiet(Watch& watch) const {
  const auto patience = steady_clock::now() + kPatience * settle_;
  for (;;) {
    watch.drain();
    watch.follow();
    const auto woken = wait(watch, settle_);
    if (woken != Woken::kChanged || steady_clock::now() >= patience) return woken;
    // Many small writes are taken together.
    pollfd stopping{stopping_.get(), POLLIN, 0};
    if (::poll(&stopping, 1, static_cast<int>(settle_.count() / 10)) > 0) return Woken::kStopped;
  }
}

}  // namespace agenthost::plugins
