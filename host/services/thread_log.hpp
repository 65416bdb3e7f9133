// ThreadLog: what all runs of one thread said, numbered, for any number of readers, live or late. Like an
// EventStream, but it goes on from run to run and forgets a run as a whole. Bounded: the oldest entries go
// first. Thread-safe.
//
// Entry has: std::uint64_t seq (set here), std::string run_id, std::size_t bytes() const.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agenthost::services {

enum class Showing { kReplay, kLive };

template <class Entry>
class ThreadLog {
 public:
  // Shared because: every reader shows the same entry.
  using EntryPtr = std::shared_ptr<const Entry>;
  // Called with the log's lock held, which keeps each reader's entries in order: hand over, do not wait.
  using Sink = std::function<void(const EntryPtr&, Showing)>;
  using Wanted = std::function<bool(const Entry&)>;
  using ReaderId = std::uint64_t;
  struct Opening {
    ReaderId reader = 0;
    std::size_t replayed = 0;    // entries that follow at once
    std::uint64_t last_seq = 0;  // the newest entry there is
  };
  using Opened = std::function<void(const Opening&)>;

  ThreadLog(std::size_t max_bytes, std::uint64_t first_seq)
      : max_bytes_(max_bytes), last_seq_(first_seq - 1) {}

  // make(seq) gives the entry.
  template <class Make>
  void append(Make make) {
    const std::lock_guard lock(mutex_);
    auto entry = std::make_shared<const Entry>(make(++last_seq_));
    bytes_ += entry->bytes();
    entries_.push_back(entry);
    while (bytes_ > max_bytes_ && entries_.size() > 1) {
      bytes_ -= entries_.front()->bytes();
      entries_.pop_front();
    }
    for (const auto& reader : readers_) {
      if (reader.wanted(*entry)) reader.sink(entry, Showing::kLive);
    }
  }

  // Replays the kept entries behind `since` that are wanted (nullopt: none), then goes on live; no gap, none
  // twice. A number that this log has not reached comes from an earlier one and counts as 0. `opened` is
  // called first.
  void read(std::optional<std::uint64_t> since, Wanted wanted, Opened opened, Sink sink) {
    std::vector<Reading> one;
    one.push_back({since, std::move(wanted), std::move(opened), std::move(sink)});
    read_all(std::move(one));
  }

  struct Reading {
    std::optional<std::uint64_t> since;
    Wanted wanted;
    Opened opened;
    Sink sink;
  };
  // The same for several at once: when all are open, they see what they replay together, in the log's order.
  void read_all(std::vector<Reading> readings) {
    const std::lock_guard lock(mutex_);
    const auto replays = [](const Reading& reading, const Entry& entry) {
      return reading.since && entry.seq > *reading.since && reading.wanted(entry);
    };
    std::vector<Reader> opened;
    for (auto& reading : readings) {
      if (reading.since && *reading.since > last_seq_) reading.since = 0;
      const auto replayed = std::count_if(entries_.begin(), entries_.end(),
                                          [&](const EntryPtr& entry) { return replays(reading, *entry); });
      opened.push_back({next_reader_++, reading.wanted, reading.sink});
      reading.opened({opened.back().id, static_cast<std::size_t>(replayed), last_seq_});
    }
    for (const auto& entry : entries_) {
      for (const auto& reading : readings) {
        if (replays(reading, *entry)) reading.sink(entry, Showing::kReplay);
      }
    }
    std::move(opened.begin(), opened.end(), std::back_inserter(readers_));
  }

  void stop_reading(ReaderId reader) {
    Reader gone;  // destroyed after the lock: a sink may own what asks for this again
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(readers_.begin(), readers_.end(), [&](const Reader& one) { return one.id == reader; });
    if (found == readers_.end()) return;
    gone = std::move(*found);
    readers_.erase(found);
  }

  void forget_run(std::string_view run_id) {
    const std::lock_guard lock(mutex_);
    const auto of_run = [&](const EntryPtr& entry) { return entry->run_id == run_id; };
    for (const auto& entry : entries_) bytes_ -= of_run(entry) ? entry->bytes() : 0;
    entries_.erase(std::remove_if(entries_.begin(), entries_.end(), of_run), entries_.end());
  }

  [[nodiscard]] std::uint64_t last_seq() const {
    const std::lock_guard lock(mutex_);
    return last_seq_;
  }
  [[nodiscard]] bool is_read() const {
    const std::lock_guard lock(mutex_);
    return !readers_.empty();
  }

 private:
  struct Reader {
    ReaderId id = 0;
    Wanted wanted;
    Sink sink;
  };

  // Constant after construction
  const std::size_t max_bytes_;

  mutable std::mutex mutex_;
  // Guarded by mutex_
  std::deque<EntryPtr> entries_;
  std::size_t bytes_ = 0;
  std::uint64_t last_seq_;
  ReaderId next_reader_ = 1;
  std::vector<Reader> readers_;
};

}  // namespace agenthost::services
