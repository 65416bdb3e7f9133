#include "host/routers/event_delivery.hpp"

#include <charconv>
#include <mutex>

namespace agenthost::routers {
namespace {

class EventDelivery final : public Beating, public std::enable_shared_from_this<EventDelivery> {
 public:
  EventDelivery(ExchangePtr exchange, std::shared_ptr<runtime::EventStream> events, EventRequest request,
                Heartbeat& heartbeat, std::function<void()> gone)
      : exchange_(std::move(exchange)),
        events_(std::move(events)),
        request_(std::move(request)),
        heartbeat_(heartbeat),
        gone_(std::move(gone)) {}

  void start() {
    auto headers = request_.headers;
    headers.emplace_back("Cache-Control", "no-cache");
    headers.emplace_back("X-Accel-Buffering", "no");
    exchange_->on_disconnect([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->client_gone();
    });
    exchange_->start_stream(200, "text/event-stream", std::move(headers));
    if (!events_) {
      exchange_->write(std::make_shared<const std::string>("event: end\ndata: null\n\n"));
      return exchange_->end_stream();
    }
    beat_id_ = heartbeat_.add(weak_from_this());
    const auto reader = events_->subscribe(
        request_.after, [self = shared_from_this()](const auto& event) { self->show(event); });
    bool over = false;
    {
      const std::lock_guard lock(mutex_);
      reader_ = reader;
      over = over_;
    }
    if (over) stop();
  }

  void beat() override {
    static const auto kBeat = std::make_shared<const std::string>(": heartbeat\n");
    exchange_->write(kBeat);
  }

 private:
  // Called in the order of the events, one at a time.
  void show(const runtime::EventPtr& event) {
    if (!request_.filter.wants(*event)) return;
    auto frame = request_.frame ? request_.frame(*event) : sse_frame(request_.filter.name_of(*event), *event);
    if (!frame.empty()) exchange_->write(std::make_shared<const std::string>(std::move(frame)));
    if (event->name != "end") return;
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    heartbeat_.remove(beat_id_);
    if (!request_.farewell) return exchange_->end_stream();
    request_.farewell([exchange = exchange_](std::string words) {
      exchange->write(std::make_shared<const std::string>(std::move(words)));
      exchange->end_stream();
    });
  }

  void client_gone() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(over_, true)) return;
    }
    stop();
    if (gone_) gone_();
  }

  void stop() {
    heartbeat_.remove(beat_id_);
    std::optional<runtime::EventStream::ReaderId> reader;
    {
      const std::lock_guard lock(mutex_);
      reader = std::exchange(reader_, std::nullopt);
    }
    if (reader) events_->unsubscribe(*reader);
  }

  const ExchangePtr exchange_;
  const std::shared_ptr<runtime::EventStream> events_;
  const EventRequest request_;
  Heartbeat& heartbeat_;
  const std::function<void()> gone_;
  Heartbeat::Id beat_id_ = 0;  // set before the first event

  std::mutex mutex_;
  // Guarded by mutex_
  std::optional<runtime::EventStream::ReaderId> reader_;
  bool over_ = false;
};

}  // namespace

void deliver_events(const ExchangePtr& exchange, const std::shared_ptr<runtime::EventStream>& events,
                    EventRequest request, Heartbeat& heartbeat, std::function<void()> gone) {
  std::make_shared<EventDelivery>(exchange, events, std::move(request), heartbeat, std::move(gone))->start();
}

std::string sse_frame(std::string_view name, const runtime::Event& event) {
  std::string frame;
  frame.reserve(name.size() + event.data.size() + 48);
  frame += "event: ";
  frame += name;
  frame += "\ndata: ";
  frame += event.data;
  frame += "\nid: ";
  frame += std::to_string(event.id);
  frame += "\n\n";
  return frame;
}

std::optional<std::uint64_t> last_event_id(const Request& request) {
  const auto* header = request.header("last-event-id");
  if (header == nullptr || header->empty()) return std::nullopt;
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(header->data(), header->data() + header->size(), id);
  return error == std::errc() && end == header->data() + header->size() ? id : 0;
}

Parameter last_event_id_parameter() {
  return {"Last-Event-ID", "string", "only the events after this one; - or -1: all that are kept",
          Place::kHeader};
}

}  // namespace agenthost::routers
