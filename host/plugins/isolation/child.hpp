// Child: one worker process from its start to its death, as the server deals with it: the handshake, the
// wire, its output on the way to the log, and whether it still answers.
//
// Lives on the event loop: its functions are called there, but for wire(), number() and end(), which are
// thread-safe. It keeps itself alive until the process is buried.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "host/base/error.hpp"
#include "host/plugins/isolation/event_loop.hpp"
#include "host/plugins/isolation/messages.hpp"
#include "host/plugins/isolation/output_lines.hpp"
#include "host/plugins/isolation/remote_meter.hpp"
#include "host/plugins/isolation/wire.hpp"
#include "host/plugins/isolation/worker_process.hpp"
#include "host/telemetry/logger.hpp"

namespace agenthost::isolation {

class Child final : public std::enable_shared_from_this<Child> {
 public:
  using Clock = std::chrono::steady_clock;

  // Whom it reports to, on the loop. Lives until ended().
  struct Owner {
    virtual ~Owner() = default;
    virtual void became_ready(Child& child, std::string_view description) = 0;
    // A message about work; kBad ends the child.
    virtual Wire::Verdict spoke(Child& child, const Frame& frame) = 0;
    // Its connection has ended. Mostly it is dying; one that lives on is of no use.
    virtual void hung_up(Child& child) = 0;
    virtual void logged(Child& child, telemetry::Level level, std::string_view line) = 0;
    // The last call.
    virtual void ended(Child& child, const Death& death) = 0;
  };

  // number: unlike that of any other child of this plugin. meter: null when it may not count.
  Child(EventLoop& loop, Owner& owner, WorkerProcess process, std::uint32_t number, std::size_t max_frame,
        std::unique_ptr<RemoteMeter> meter);

  // Watches the process and sets it up; set_up's cookie and first_call are filled in here.
  void begin(SetUp set_up);

  [[nodiscard]] Wire& wire() { return wire_; }
  [[nodiscard]] std::uint32_t number() const { return number_; }
  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] bool is_ready() const { return stage_ == Stage::kReady; }

  // Ends the process at once. why: what its death is said to be. The first call counts.
  void end(Death why);

  // Asks for a sign of life, to be given within patience; one question at a time, the shorter patience
  // counts. blame: whose fault it is when none comes.
  void ping(std::chrono::milliseconds patience, Death::Blame blame, Clock::time_point now);
  // Ends it when its sign of life is overdue.
  void end_if_overdue(Clock::time_point now);

  // The plugin's refusal, when that is how it ended.
  [[nodiscard]] const std::optional<Error>& refusal() const { return refusal_; }

 private:
  enum class Stage { kStarting, kReady, kDead };
  enum class Stream { kOutput, kErrors };

  [[nodiscard]] Wire::Received receive();
  [[nodiscard]] Wire::Verdict handle(const Frame& frame);
  [[nodiscard]] Wire::Verdict handle_ready(const Frame& frame);
  [[nodiscard]] Wire::Verdict handle_refused(const Frame& frame);
  [[nodiscard]] Wire::Verdict handle_logged(const Frame& frame);
  [[nodiscard]] Wire::Verdict handle_defined(const Frame& frame);
  [[nodiscard]] Wire::Verdict handle_measured(const Frame& frame);
  void socket_ready();
  void read_output(Stream stream);
  void finish_output(Stream stream);
  void show(telemetry::Level level, std::string_view line);
  void bury();

  // Constant after construction
  EventLoop& loop_;
  Owner& owner_;
  const std::uint32_t number_;
  const int pid_;
  const std::uint64_t cookie_;
  // Own synchronisation
  Wire wire_;

  std::mutex mutex_;
  // Guarded by mutex_
  WorkerProcess process_;
  std::optional<Death> why_;
  // Owned by the loop
  std::atomic<Stage> stage_{Stage::kStarting};
  std::unique_ptr<RemoteMeter> meter_;
  LineCutter output_lines_, error_lines_;
  LineBudget budget_;
  std::string last_words_;  // the last line on stderr
  std::uint64_t pings_ = 0;
  std::optional<Clock::time_point> sign_due_;
  Death::Blame silence_blame_ = Death::Blame::kItself;
  std::optional<Error> refusal_;
};

}  // namespace agenthost::isolation
