// Where work runs: thread pools, strands and timers, with Boost.Asio kept out of everybody's headers.
//
// A Job must not block, except on a pool made for blocking. Everything here is thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace agenthost {

using Job = std::function<void()>;

struct Executor {
  virtual ~Executor() = default;
  // Runs job later on one of the executor's threads, never inside this call.
  virtual void post(Job job) = 0;
};

// A pool's end. stop() waits for the jobs that run and drops the rest; idempotent, not from one of the pool's
// own threads. stop_by() waits no longer than that: false when a job still runs, which is then to be left
// alone, with all it uses, until the process ends.
using StopBy = std::chrono::steady_clock::time_point;

// What a ThreadPool does about jobs that do not return, so that they cost no more than their own threads:
// when one has run for patience (or up to twice that), a thread is added, if fewer are free than the pool
// began with, up to most.
struct Reserve {
  std::chrono::milliseconds patience{1'000};
  unsigned most = 64;
  // After each: what the stuck thread says it is busy with (Activity), or "".
  std::function<void(const std::string& activity)> added;
};

// A pool of threads. Exceptions that escape a job end the process: a job is the caller's border.
class ThreadPool final : public Executor {
 public:
  ThreadPool(std::string name, unsigned threads);
  ThreadPool(std::string name, unsigned threads, Reserve reserve);
  ~ThreadPool() override;
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  void post(Job job) override;
  void stop();
  [[nodiscard]] bool stop_by(StopBy deadline);

 private:
  friend class Timers;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Starts a thread when every thread is busy, up to max_threads, and keeps it. For jobs that block.
class ElasticPool final : public Executor {
 public:
  ElasticPool(std::string name, unsigned max_threads);
  ~ElasticPool() override;
  ElasticPool(const ElasticPool&) = delete;
  ElasticPool& operator=(const ElasticPool&) = delete;

  void post(Job job) override;
  void stop();
  [[nodiscard]] bool stop_by(StopBy deadline);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Runs jobs one after the other, in order, on another executor. Holds no thread while idle.
class Strand final : public Executor {
 public:
  explicit Strand(Executor& on);
  ~Strand() override;
  Strand(const Strand&) = delete;
  Strand& operator=(const Strand&) = delete;

  void post(Job job) override;

 private:
  struct State;
  // Shared because: jobs already posted outlive the strand object.
  std::shared_ptr<State> state_;
};

// Calls back once after a delay, on a thread of the pool. Hundreds of thousands may be pending.
class Timers {
 public:
  using Id = std::uint64_t;

  explicit Timers(ThreadPool& pool);
  ~Timers();
  Timers(const Timers&) = delete;
  Timers& operator=(const Timers&) = delete;

  Id after(std::chrono::nanoseconds delay, Job job);
  // False when it has run, is running or was cancelled.
  bool cancel(Id id);
  void stop();

 private:
  struct Impl;
  // Shared because: the wake-up in flight inside the pool outlives stop().
  std::shared_ptr<Impl> impl_;
};

}  // namespace agenthost
