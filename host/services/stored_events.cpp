#include "host/services/stored_events.hpp"

#include <deque>
#include <utility>

namespace agenthost::services {
namespace {

using runtime::Event;
using runtime::EventStream;

models::RunEvent row_of(const Event& event) {
  return {event.id, event.name, event.mode, event.ns, event.data};
}

std::vector<Event> events_of(std::vector<models::RunEvent> rows) {
  std::vector<Event> events;
  events.reserve(rows.size());
  for (auto& row : rows)
    events.push_back({row.id, std::move(row.name), std::move(row.data), row.mode, std::move(row.ns)});
  return events;
}

// What storage has of one run, so that old events go when new ones come. Strand-bound: the stream's lock.
class Retention {
 public:
  explicit Retention(StreamLimits limits) : limits_(limits) {}

  void add(const Event& event) {
    kept_.emplace_back(event.id, event.data.size());
    bytes_ += event.data.size();
  }
  // Everything up to this id is to go; 0 = nothing. Lets the excess grow a little, so that a long run does
  // not pay for one deletion per event.
  std::uint64_t forget_through() {
    if (kept_.size() <= limits_.events + limits_.events / 8 && bytes_ <= limits_.bytes + limits_.bytes / 8)
      return 0;
    std::uint64_t last = 0;
    while (kept_.size() > 1 && (kept_.size() > limits_.events || bytes_ > limits_.bytes)) {
      last = kept_.front().first;
      bytes_ -= kept_.front().second;
      kept_.pop_front();
    }
    return last;
  }

 private:
  const StreamLimits limits_;
  std::deque<std::pair<std::uint64_t, std::size_t>> kept_;
  std::size_t bytes_ = 0;
};

void record(const std::shared_ptr<EventStream>& stream, storage::Storage& storage, const std::string& run_id,
            Retention retention) {
  stream->record([weak = std::weak_ptr(stream), &storage, run_id,
                  retention = std::make_shared<Retention>(std::move(retention))](const auto& event) {
    retention->add(*event);
    storage::Batch batch;
    // One by one: the writer commits together whatever waits, and the order among checkpoints stays.
    batch.push_back(storage::AppendRunEvents{run_id, {row_of(*event)}, retention->forget_through()});
    storage.write(std::move(batch), [weak, id = event->id](const Status& written) {
      // Readers are cut off when the server stops, and come back to a stream that lacks this event. When the
      // disk fails they had better see it.
      const bool stopping = !written && written.error().code == ErrorCode::kUnavailable;
      if (const auto live = weak.lock(); live && !stopping) live->release(id);
    });
  });
}

}  // namespace

std::shared_ptr<EventStream> stored_stream(storage::Storage& storage, const std::string& run_id,
                                           StreamLimits limits) {
  auto stream = std::make_shared<EventStream>(limits.events, limits.bytes);
  record(stream, storage, run_id, Retention(limits));
  return stream;
}

Result<std::shared_ptr<EventStream>> stored_stream_again(storage::Storage& storage, const std::string& run_id,
                                                         StreamLimits limits) {
  auto rows = storage.run_events(run_id);
  if (!rows) return fail(rows.error());
  auto kept = *rows ? events_of(std::move(**rows)) : std::vector<Event>{};
  Retention retention(limits);
  for (const auto& event : kept) retention.add(event);
  auto stream = std::make_shared<EventStream>(limits.events, limits.bytes);
  const auto last_id = kept.empty() ? 0 : kept.back().id;
  stream->go_on(last_id, std::move(kept));
  record(stream, storage, run_id, std::move(retention));
  return stream;
}

Result<std::shared_ptr<EventStream>> ended_stream(storage::Storage& storage, const models::Run& run,
                                                  StreamLimits limits) {
  auto rows = storage.run_events(run.run_id);
  if (!rows) return fail(rows.error());
  if (!*rows) return std::shared_ptr<EventStream>();
  auto kept = events_of(std::move(**rows));
  // The run may have ended without having said so: a crash came between, or it was given up.
  const bool told = !kept.empty() && (kept.back().name == "end" || kept.back().name == "error");
  auto stream = std::make_shared<EventStream>(limits.events, limits.bytes);
  const auto last_id = kept.empty() ? 0 : kept.back().id;
  stream->go_on(last_id, std::move(kept));
  if (!told && run.error != "null") stream->publish("error", run.error);
  stream->finish();
  return stream;
}

}  // namespace agenthost::services
