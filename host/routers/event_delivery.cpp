#include "host/routers/event_delivery.hpp"

#include <algorithm>
#include <charconv>
#include <mutex>

namespace agenthost::routers {
namespace {

// messages-tuple is the mode, `messages` the event; with "messages" they are messages/partial and so on.
bool belongs_to(std::string_view event, const std::vector<std::string>& modes) {
  if (modes.empty() || event == "metadata" || event == "error" || event == "end") return true;
  return std::any_of(modes.begin(), modes.end(), [&](std::string_view mode) {
    if (mode == "messages-tuple") return event == "messages";
    return event == mode || (event.size() > mode.size() && event.substr(0, mode.size()) == mode &&
                             (event[mode.size()] == '/' || event[mode.size()] == '|'));
  });
}

class EventDelivery final : public Beating, public std::enable_shared_from_this<EventDelivery> {
 public:
  EventDelivery(ExchangePtr exchange, std::shared_ptr<runtime::EventStream> events,
                std::vector<std::string> modes, Heartbeat& heartbeat, std::function<void()> gone)
      : exchange_(std::move(exchange)),
        events_(std::move(events)),
        modes_(std::move(modes)),
        heartbeat_(heartbeat),
        gone_(std::move(gone)) {}

  void start(std::optional<std::uint64_t> after, Headers headers) {
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
    const auto reader =
        events_->subscribe(after, [self = shared_from_this()](const auto& event) { self->show(event); });
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
    if (!belongs_to(event->name, modes_)) return;
    exchange_->write(std::make_shared<const std::string>(sse_frame(*event)));
    if (event->name != "end") return;
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    heartbeat_.remove(beat_id_);
    exchange_->end_stream();
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
  const std::vector<std::string> modes_;
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
  std::make_shared<EventDelivery>(exchange, events, std::move(request.modes), heartbeat, std::move(gone))
      ->start(request.after, std::move(request.headers));
}

std::string sse_frame(const runtime::Event& event) {
  std::string frame;
  frame.reserve(event.name.size() + event.data.size() + 48);
  frame += "event: ";
  frame += event.name;
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

}  // namespace agenthost::routers
