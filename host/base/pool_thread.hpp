// PoolThread: a thread of a pool, which can be waited for in vain. Strand-bound.
#pragma once

#include <pthread.h>

#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "host/base/executor.hpp"

namespace agenthost {

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

inline void join_all(std::vector<PoolThread>& threads) {
  for (auto& thread : threads) thread.join();
}

// False when one did not end in time.
inline bool join_all_by(StopBy deadline, std::vector<PoolThread>& threads) {
  bool all = true;
  for (auto& thread : threads) all = thread.join_by(deadline) && all;
  return all;
}

}  // namespace agenthost
