#include "host/routers/thread_delivery.hpp"

#include <mutex>
#include <utility>

namespace agenthost::routers {
namespace {

using services::JoinEvent;
using services::TapeEvent;
using services::ThreadLog;
using services::ThreadTape;

std::string frame(std::string_view event, std::string_view data, std::string_view id) {
  std::string text;
  text.reserve(event.size() + data.size() + id.size() + 24);
  text.append("event: ").append(event).append("\ndata: ").append(data).append("\nid: ").append(id);
  return text.append("\n\n");
}
std::string frame(const TapeEvent& event) {
  return frame(event.event.method, event.json, event.event_id);
}
std::string frame(const JoinEvent& event) {
  return frame(event.name, event.data, std::to_string(event.seq));
}

template <class Entry>
class ThreadDelivery final : public Beating, public std::enable_shared_from_this<ThreadDelivery<Entry>> {
 public:
  using Log = ThreadLog<Entry>;

  ThreadDelivery(ExchangePtr exchange, std::shared_ptr<ThreadTape> tape, Log& log, Heartbeat& heartbeat)
      : exchange_(std::move(exchange)), tape_(std::move(tape)), log_(log), heartbeat_(heartbeat) {}

  void start(std::optional<std::uint64_t> after, typename Log::Wanted wanted) {
    exchange_->on_disconnect([weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->stop();
    });
    exchange_->start_stream(200, "text/event-stream",
                            {{"Cache-Control", "no-cache"}, {"X-Accel-Buffering", "no"}});
    beat_id_ = heartbeat_.add(this->weak_from_this());
    log_.read(
        after, std::move(wanted),
        [this](const typename Log::Opening& opening) {
          const std::lock_guard lock(mutex_);
          reader_ = opening.reader;
        },
        [self = this->shared_from_this()](const auto& entry, services::Showing) {
          self->exchange_->write(std::make_shared<const std::string>(frame(*entry)));
        });
    if (const std::lock_guard lock(mutex_); !gone_) return;
    stop();
  }

  void beat() override {
    static const auto kBeat = std::make_shared<const std::string>(": heartbeat\n");
    exchange_->write(kBeat);
  }

 private:
  void stop() {
    heartbeat_.remove(beat_id_);
    std::optional<typename Log::ReaderId> reader;
    {
      const std::lock_guard lock(mutex_);
      gone_ = true;
      reader = std::exchange(reader_, std::nullopt);
    }
    if (reader) log_.stop_reading(*reader);
  }

  // Constant after start()
  const ExchangePtr exchange_;
  const std::shared_ptr<ThreadTape> tape_;
  Log& log_;
  Heartbeat& heartbeat_;
  Heartbeat::Id beat_id_ = 0;

  std::mutex mutex_;
  // Guarded by mutex_
  std::optional<typename Log::ReaderId> reader_;
  bool gone_ = false;
};

}  // namespace

void deliver_tape(const ExchangePtr& exchange, const std::shared_ptr<ThreadTape>& tape,
                  services::V2Filter filter, std::uint64_t since, Heartbeat& heartbeat) {
  std::make_shared<ThreadDelivery<TapeEvent>>(exchange, tape, tape->events(), heartbeat)
      ->start(since,
              [filter = std::move(filter)](const TapeEvent& entry) { return filter.shows(entry.event); });
}

void deliver_joined(const ExchangePtr& exchange, const std::shared_ptr<ThreadTape>& tape, JoinKinds kinds,
                    std::optional<std::uint64_t> after, Heartbeat& heartbeat) {
  std::make_shared<ThreadDelivery<JoinEvent>>(exchange, tape, tape->joined(), heartbeat)
      ->start(after,
              [kinds = std::move(kinds)](const JoinEvent& entry) { return kinds.count(entry.kind) != 0; });
}

}  // namespace agenthost::routers
