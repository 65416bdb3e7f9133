#include "host/outbound/transfer_loop.hpp"

#include <curl/curl.h>
#include <pthread.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "host/outbound/curl_transfer.hpp"

namespace agenthost::outbound {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr long kIdleConnections = 64;
// Only a bound for the sleep; new jobs wake the loop at once.
constexpr std::chrono::milliseconds kLongestSleep{60'000};

// The library's own set-up, counted by libcurl.
struct CurlLibrary {
  CurlLibrary() { curl_global_init(CURL_GLOBAL_DEFAULT); }
  ~CurlLibrary() { curl_global_cleanup(); }
  CurlLibrary(const CurlLibrary&) = delete;
  CurlLibrary& operator=(const CurlLibrary&) = delete;
};

}  // namespace

struct TransferLoop::Impl {
  std::mutex mutex;
  // Guarded by mutex
  std::vector<Job> inbox;
  CURLM* multi = nullptr;  // only curl_multi_wakeup is called from other threads
  bool stopping = false;
  std::thread thread;

  // The loop thread's own
  std::map<TimerId, Job> timers;
  std::unordered_map<Id, std::unique_ptr<CurlTransfer>> transfers;
  std::unordered_map<CURL*, Id> by_handle;
  Id next_id = 1;

  void run();
  // False when the loop should end.
  bool run_inbox();
  void run_timers();
  void finish_transfers();
  void sleep();
};

TransferLoop::TransferLoop() : impl_(std::make_unique<Impl>()) {}

TransferLoop::~TransferLoop() {
  stop({});
}

bool TransferLoop::post(Job job) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->stopping) return false;
  impl_->inbox.push_back(std::move(job));
  if (!impl_->thread.joinable()) {
    impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
  } else if (impl_->multi != nullptr) {
    curl_multi_wakeup(impl_->multi);
  }
  return true;
}

void TransferLoop::stop(Job last) {
  std::thread thread;
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping) return;
    impl_->stopping = true;
    if (last) impl_->inbox.push_back(std::move(last));
    if (impl_->multi != nullptr) curl_multi_wakeup(impl_->multi);
    thread.swap(impl_->thread);
  }
  if (thread.joinable()) thread.join();
}

TransferLoop::Id TransferLoop::start(Transfer transfer, TransferEvents events) {
  const Id id = impl_->next_id++;
  auto entry = std::make_unique<CurlTransfer>(std::move(transfer), std::move(events));
  impl_->by_handle.emplace(entry->handle(), id);
  curl_multi_add_handle(impl_->multi, entry->handle());
  impl_->transfers.emplace(id, std::move(entry));
  return id;
}

void TransferLoop::abort(Id id) {
  const auto found = impl_->transfers.find(id);
  if (found == impl_->transfers.end()) return;
  curl_multi_remove_handle(impl_->multi, found->second->handle());
  impl_->by_handle.erase(found->second->handle());
  impl_->transfers.erase(found);
}

TransferLoop::TimerId TransferLoop::at(SteadyClock::time_point when, Job job) {
  const TimerId id{when, impl_->next_id++};
  impl_->timers.emplace(id, std::move(job));
  return id;
}

void TransferLoop::cancel_timer(TimerId id) {
  impl_->timers.erase(id);
}

void TransferLoop::Impl::run() {
  pthread_setname_np(pthread_self(), "http");
  const CurlLibrary library;
  {
    const std::lock_guard lock(mutex);
    multi = curl_multi_init();
  }
  AGENTHOST_CHECK(multi != nullptr, "libcurl gave no multi handle");
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, kIdleConnections);
  while (run_inbox()) {
    run_timers();
    int running = 0;
    curl_multi_perform(multi, &running);
    finish_transfers();
    sleep();
  }
  timers.clear();
  for (const auto& [id, transfer] : transfers) curl_multi_remove_handle(multi, transfer->handle());
  transfers.clear();
  const std::lock_guard lock(mutex);
  curl_multi_cleanup(multi);
  multi = nullptr;
}

bool TransferLoop::Impl::run_inbox() {
  std::vector<Job> jobs;
  bool last_turn = false;
  {
    const std::lock_guard lock(mutex);
    jobs.swap(inbox);
    last_turn = stopping;
  }
  for (auto& job : jobs) job();
  return !last_turn;
}

void TransferLoop::Impl::run_timers() {
  const auto now = SteadyClock::now();
  while (!timers.empty() && timers.begin()->first.first <= now) {
    const Job job = std::move(timers.begin()->second);
    timers.erase(timers.begin());
    job();
  }
}

void TransferLoop::Impl::finish_transfers() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const auto code = message->data.result;  // the message dies with the removal
    const auto known = by_handle.find(message->easy_handle);
    if (known == by_handle.end()) continue;
    auto transfer = std::move(transfers.at(known->second));
    transfers.erase(known->second);
    by_handle.erase(known);
    curl_multi_remove_handle(multi, transfer->handle());
    transfer->finish(code);
  }
}

void TransferLoop::Impl::sleep() {
  auto pause = kLongestSleep;
  if (!timers.empty()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(timers.begin()->first.first - SteadyClock::now());
    pause = std::clamp(left, std::chrono::milliseconds(0), kLongestSleep);
  }
  // Returns earlier for traffic, for libcurl's own time-outs and for curl_multi_wakeup.
  curl_multi_poll(multi, nullptr, 0, static_cast<int>(pause.count()), nullptr);
}

}  // namespace agenthost::outbound
