#include "host/base/executor.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "host/base/pool_thread.hpp"

namespace agenthost {

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

}  // namespace agenthost
