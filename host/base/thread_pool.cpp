// ThreadPool and Timers: what stands on one Asio context.
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/base/activity.hpp"
#include "host/base/executor.hpp"
#include "host/base/pool_thread.hpp"

namespace agenthost {
namespace {

// One thread of a pool, as its supervisor sees it.
struct Worker {
  ActivityOfThread activity;
  std::atomic<std::uint64_t> turn{0};  // odd while a job runs
  std::uint64_t seen = 0;              // the supervisor's own
  bool stuck = false;                  // the same
};

thread_local Worker* this_worker = nullptr;

// While a job runs.
class Turn {
 public:
  Turn() { next(); }
  ~Turn() { next(); }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  static void next() {
    if (this_worker != nullptr) {
      this_worker->turn.store(this_worker->turn.load(std::memory_order_relaxed) + 1,
                              std::memory_order_relaxed);
    }
  }
};

}  // namespace

// ---- ThreadPool ----

struct ThreadPool::Impl {
  Impl(std::string called, unsigned count, Reserve against)
      : name(std::move(called)), at_first(count), reserve(std::move(against)) {}

  const std::string name;
  const std::size_t at_first;
  const Reserve reserve;
  boost::asio::io_context context;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work{
      boost::asio::make_work_guard(context)};
  // Of the constructor, then of the supervisor, then of whoever stops the pool
  std::vector<std::unique_ptr<Worker>> workers;
  std::vector<PoolThread> threads;

  std::mutex mutex;
  std::condition_variable wake;
  // Guarded by mutex
  bool stopping = false;
  std::optional<PoolThread> supervisor;

  void add_thread() {
    auto* worker = workers.emplace_back(std::make_unique<Worker>()).get();
    threads.emplace_back(name, [this, worker] {
      this_worker = worker;
      worker->activity.watch_this_thread();
      context.run();
    });
  }

  void supervise() {
    std::unique_lock lock(mutex);
    while (!wake.wait_for(lock, reserve.patience, [this] { return stopping; })) reinforce();
  }

  // As many threads are to be free for what comes as there were at first.
  void reinforce() {
    std::size_t free = 0;
    std::vector<std::string> stuck_now;
    for (auto& worker : workers) {
      const auto turn = worker->turn.load(std::memory_order_relaxed);
      const bool stuck = turn % 2 == 1 && turn == std::exchange(worker->seen, turn);
      if (!stuck) ++free;
      if (stuck && !worker->stuck) stuck_now.push_back(worker->activity.text());
      worker->stuck = stuck;
    }
    for (const auto& activity : stuck_now) {
      if (free >= at_first || workers.size() == at_first + reserve.most) return;
      add_thread();
      ++free;
      if (reserve.added) reserve.added(activity);
    }
  }

  void tell_to_stop() {
    {
      const std::lock_guard lock(mutex);
      stopping = true;
    }
    wake.notify_all();
    if (supervisor) supervisor->join();
    work.reset();
    context.stop();
  }
};

ThreadPool::ThreadPool(std::string name, unsigned threads)
    : ThreadPool(std::move(name), threads, Reserve{{}, 0, {}}) {}

ThreadPool::ThreadPool(std::string name, unsigned threads, Reserve reserve)
    : impl_(std::make_unique<Impl>(std::move(name), threads, std::move(reserve))) {
  for (unsigned i = 0; i < threads; ++i) impl_->add_thread();
  if (impl_->reserve.most > 0)
    impl_->supervisor.emplace(impl_->name + "-watch", [impl = impl_.get()] { impl->supervise(); });
}

ThreadPool::~ThreadPool() {
  stop();
}

void ThreadPool::post(Job job) {
  boost::asio::post(impl_->context, [job = std::move(job)] {
    const Turn turn;
    job();
  });
}

void ThreadPool::stop() {
  impl_->tell_to_stop();
  join_all(impl_->threads);
}

bool ThreadPool::stop_by(StopBy deadline) {
  impl_->tell_to_stop();
  return join_all_by(deadline, impl_->threads);
}

// ---- Timers: one ordered map and one Asio timer, armed for the earliest entry. ----

struct Timers::Impl : std::enable_shared_from_this<Timers::Impl> {
  using Clock = std::chrono::steady_clock;

  explicit Impl(boost::asio::io_context& context) : timer(context) {}

  std::mutex mutex;
  // Guarded by mutex
  boost::asio::steady_timer timer;
  std::multimap<Clock::time_point, std::pair<Id, Job>> due;
  std::unordered_map<Id, std::multimap<Clock::time_point, std::pair<Id, Job>>::iterator> by_id;
  Id next_id = 1;
  bool stopped = false;

  void arm() {
    if (due.empty() || stopped) return;
    timer.expires_at(due.begin()->first);
    timer.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
      if (!error) self->fire();
    });
  }

  void fire() {
    std::vector<Job> ready;
    {
      const std::lock_guard lock(mutex);
      const auto now = Clock::now();
      while (!due.empty() && due.begin()->first <= now) {
        ready.push_back(std::move(due.begin()->second.second));
        by_id.erase(due.begin()->second.first);
        due.erase(due.begin());
      }
      arm();
    }
    for (auto& job : ready) {
      const Turn turn;
      job();
    }
  }
};

Timers::Timers(ThreadPool& pool) : impl_(std::make_shared<Impl>(pool.impl_->context)) {}
Timers::~Timers() {
  stop();
}

Timers::Id Timers::after(std::chrono::nanoseconds delay, Job job) {
  const auto when = Impl::Clock::now() + delay;
  const std::lock_guard lock(impl_->mutex);
  const Id id = impl_->next_id++;
  const auto entry = impl_->due.emplace(when, std::make_pair(id, std::move(job)));
  impl_->by_id.emplace(id, entry);
  if (entry == impl_->due.begin()) impl_->arm();
  return id;
}

bool Timers::cancel(Id id) {
  Job dropped;  // destroyed outside the lock: it may own what calls back into us
  const std::lock_guard lock(impl_->mutex);
  const auto found = impl_->by_id.find(id);
  if (found == impl_->by_id.end()) return false;
  dropped = std::move(found->second->second.second);
  impl_->due.erase(found->second);
  impl_->by_id.erase(found);
  return true;
}

void Timers::stop() {
  std::multimap<Impl::Clock::time_point, std::pair<Id, Job>> dropped;
  const std::lock_guard lock(impl_->mutex);
  impl_->stopped = true;
  dropped.swap(impl_->due);
  impl_->by_id.clear();
  impl_->timer.cancel();
}

}  // namespace agenthost
