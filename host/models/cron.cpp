#include "host/models/cron.hpp"

#include "host/models/cron_schedule.hpp"

namespace agenthost::models {
namespace {

std::string text_or_null(const std::optional<std::string>& text) {
  return text ? quote(*text) : "null";
}

std::string time_or_null(const std::optional<Micros>& time) {
  return time ? "\"" + format_time(*time) + "\"" : "null";
}

}  // namespace

std::string to_json(const Cron& cron) {
  std::string out = "{\"cron_id\":" + quote(cron.cron_id);
  out += ",\"assistant_id\":" + quote(cron.assistant_id);
  out += ",\"thread_id\":" + text_or_null(cron.thread_id);
  out += ",\"on_run_completed\":";
  out += cron.on_run_completed == OnCompletion::kKeep ? "\"keep\"" : "\"delete\"";
  out += ",\"schedule\":" + quote(cron.schedule);
  out += ",\"timezone\":" + text_or_null(cron.timezone);
  out += ",\"end_time\":" + time_or_null(cron.end_time);
  out += ",\"created_at\":\"" + format_time(cron.created_at);
  out += "\",\"updated_at\":\"" + format_time(cron.updated_at);
  out += "\",\"user_id\":null,\"payload\":" + cron.payload;
  out += ",\"next_run_date\":" + time_or_null(cron.next_run);
  out += ",\"metadata\":" + cron.metadata;
  out += cron.enabled ? ",\"enabled\":true}" : ",\"enabled\":false}";
  return out;
}

Result<std::optional<Micros>> next_run(const Cron& cron, Micros after) {
  const auto schedule = CronSchedule::parse(cron.schedule);
  if (!schedule) return fail(ErrorCode::kInvalid, "schedule: " + schedule.error().text);
  const auto zone = TimeZone::find(cron.timezone.value_or("UTC"));
  if (!zone) return fail(ErrorCode::kInvalid, "timezone: " + zone.error().text);
  if (!cron.enabled) return std::optional<Micros>();
  auto next = schedule->next_after(after, *zone);
  if (next && cron.end_time && *next > *cron.end_time) next.reset();
  return next;
}

}  // namespace agenthost::models
