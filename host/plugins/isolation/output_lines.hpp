// What a worker process writes, made fit for the log: whole lines, each of bounded length, so many per
// second. Values; strand-bound.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace agenthost::isolation {

// So many lines at once, and a steady rate after that. What is over it is counted.
class LineBudget {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Verdict { kShow, kLeaveOut };
  [[nodiscard]] Verdict spend(Clock::time_point now);
  // Lines left out since the last call, once there is room to say so; else 0.
  [[nodiscard]] std::uint64_t take_left_out(Clock::time_point now);

 private:
  static constexpr double kBurst = 200;
  static constexpr double kPerSecond = 50;
  void refill(Clock::time_point now);

  double tokens_ = kBurst;
  Clock::time_point filled_{};
  std::uint64_t left_out_ = 0;
};

// Cuts a stream into lines.
class LineCutter {
 public:
  using Sink = std::function<void(std::string_view line)>;
  void feed(std::string_view bytes, const Sink& sink);
  // The last line may lack its end.
  void finish(const Sink& sink);

 private:
  static constexpr std::size_t kLongest = 4'096;

  std::string rest_;
};

}  // namespace agenthost::isolation
