// Logger: one line per event on stderr, "2026-11-22T19:21:09.020Z info  plugins: loaded ctm 1.0.0", or to
// whoever takes the lines instead. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace agenthost::telemetry {

enum class Level { kDebug = 1, kInfo = 2, kWarn = 3, kError = 4, kOff = 5 };

class Logger {
 public:
  using Sink = std::function<void(Level level, std::string_view room, std::string_view text)>;

  explicit Logger(Level least);
  // sink: called from any thread, with lines of every level.
  explicit Logger(Sink sink);
  ~Logger();
  Logger(const Logger&) = delete;
  Logger& operator=(const Logger&) = delete;

  // room: who speaks ("runs", "plugins/ctm"). Line breaks in text are shown as spaces.
  void log(Level level, std::string_view room, std::string_view text);

  void debug(std::string_view room, std::string_view text) { log(Level::kDebug, room, text); }
  void info(std::string_view room, std::string_view text) { log(Level::kInfo, room, text); }
  void warn(std::string_view room, std::string_view text) { log(Level::kWarn, room, text); }
  void error(std::string_view room, std::string_view text) { log(Level::kError, room, text); }

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace agenthost::telemetry
