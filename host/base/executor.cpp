#include "host/base/executor.hpp"

#include <pthread.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <deque>
#include <future>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "host/base/activity.hpp"

namespace agenthost {
namespace {

// A thread that can be waited for in vain.
class PoolThread {
 public:
  PoolThread(const std::string& name, Job work) {
    std::promise<void> end;
    ended_ = end.get_future();
    thread_ = std::thread([name, work = std::move(work), end = std::move(end)]() mutable {
      pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
      work();
      end.set_value();
    });
  }

  void join() {
    if (thread_.joinable()) thread_.join();
  }
  bool join_by(StopBy deadline) {
    if (!thread_.joinable()) return true;
    if (ended_.wait_until(deadline) != std::future_status::ready) return false;
    thread_.join();
    return true;
  }

 private:
  std::future<void> ended_;
  std::thread thread_;
};

void join_all(std::vector<PoolThread>& threads) {
  for (auto& thread : threads) thread.join();
}

bool join_all_by(StopBy deadline, std::vector<PoolThread>& threads) {
  bool all = true;
  for (auto& thread : threads) all = thread.join_by(deadline) && all;
  return all;
}

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
      reserve.added(activity);
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

// ---- ElasticPool ----

struct ElasticPool::Impl {
  std::string name;
  unsigned max_threads = 1;
  std::mutex mutex;
  std::condition_variable wake;
  // Guarded by mutex
  std::deque<Job> jobs;
  std::size_t idle = 0;
  bool stopping = false;
  std::vector<PoolThread> threads;  // until it stops; then of whoever stops it

  void run() {
    std::unique_lock lock(mutex);
    while (true) {
      ++idle;
      wake.wait(lock, [this] { return stopping || !jobs.empty(); });
      --idle;
      if (stopping) return;
      Job job = std::move(jobs.front());
      jobs.pop_front();
      lock.unlock();
      job();
      job = nullptr;  // outside the lock: what it owns may post when it goes
      lock.lock();
    }
  }

  // No thread is added from here on, so that those there are can be waited for without the lock.
  void tell_to_stop() {
    std::deque<Job> dropped;
    {
      const std::lock_guard lock(mutex);
      stopping = true;
      dropped.swap(jobs);
    }
    wake.notify_all();
  }
};

ElasticPool::ElasticPool(std::string name, unsigned max_threads) : impl_(std::make_unique<Impl>()) {
  impl_->name = std::move(name);
  impl_->max_threads = max_threads;
}

ElasticPool::~ElasticPool() {
  stop();
}

void ElasticPool::post(Job job) {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->stopping) return;
  impl_->jobs.push_back(std::move(job));
  if (impl_->idle < impl_->jobs.size() && impl_->threads.size() < impl_->max_threads) {
    impl_->threads.emplace_back(impl_->name, [impl = impl_.get()] { impl->run(); });
  } else {
    impl_->wake.notify_one();
  }
}

void ElasticPool::stop() {
  impl_->tell_to_stop();
  join_all(impl_->threads);
}

bool ElasticPool::stop_by(StopBy deadline) {
  impl_->tell_to_stop();
  return join_all_by(deadline, impl_->threads);
}

// ---- Strand ----

struct Strand::State : std::enable_shared_from_this<Strand::State> {
  explicit State(Executor& executor) : on(executor) {}

  Executor& on;
  std::mutex mutex;
  // Guarded by mutex
  std::deque<Job> jobs;
  bool running = false;

  void push(Job job) {
    {
      const std::lock_guard lock(mutex);
      jobs.push_back(std::move(job));
      if (running) return;
      running = true;
    }
    on.post([self = shared_from_this()] { self->drain(); });
  }

  void drain() {
    // A bounded turn, so that one busy strand cannot keep a thread from the others.
    constexpr int kTurn = 32;
    for (int i = 0; i < kTurn; ++i) {
      Job job;
      {
        const std::lock_guard lock(mutex);
        if (jobs.empty()) {
          running = false;
          return;
        }
        job = std::move(jobs.front());
        jobs.pop_front();
      }
      job();
    }
    on.post([self = shared_from_this()] { self->drain(); });
  }
};

Strand::Strand(Executor& on) : state_(std::make_shared<State>(on)) {}
Strand::~Strand() = default;
void Strand::post(Job job) {
  state_->push(std::move(job));
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
