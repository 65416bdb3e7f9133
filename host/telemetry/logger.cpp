#include "host/telemetry/logger.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>

namespace agenthost::telemetry {

struct Logger::Impl {
  std::shared_ptr<spdlog::logger> out;  // null: to the sink
  Sink sink;
};

namespace {
spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::kDebug:
      return spdlog::level::debug;
    case Level::kInfo:
      return spdlog::level::info;
    case Level::kWarn:
      return spdlog::level::warn;
    case Level::kError:
      return spdlog::level::err;
    case Level::kOff:
      break;
  }
  return spdlog::level::off;
}
}  // namespace

Logger::Logger(Level least) : impl_(std::make_unique<Impl>()) {
  impl_->out =
      std::make_shared<spdlog::logger>("agenthost", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  impl_->out->set_level(to_spdlog(least));
  impl_->out->set_pattern("%Y-%m-%dT%H:%M:%S.%eZ %-5l %v", spdlog::pattern_time_type::utc);
}

Logger::Logger(Sink sink) : impl_(std::make_unique<Impl>()) {
  impl_->sink = std::move(sink);
}

Logger::~Logger() = default;

void Logger::log(Level level, std::string_view room, std::string_view text) {
  if (impl_->out == nullptr) return impl_->sink(level, room, text);
  const auto at = to_spdlog(level);
  if (!impl_->out->should_log(at)) return;
  std::string line(text);
  std::replace_if(
      line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  impl_->out->log(at, "{}: {}", room, line);
}

}  // namespace agenthost::telemetry
