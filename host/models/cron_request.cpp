#include "host/models/cron_request.hpp"

#include <array>

#include "host/base/time_zone.hpp"
#include "host/models/cron_schedule.hpp"
#include "host/models/fields.hpp"

namespace agenthost::models {
namespace {

// What of a body belongs to the run and not to the cron.
constexpr std::array<std::string_view, 13> kRunMembers{"input",
                                                       "config",
                                                       "context",
                                                       "webhook",
                                                       "interrupt_before",
                                                       "interrupt_after",
                                                       "multitask_strategy",
                                                       "stream_mode",
                                                       "stream_subgraphs",
                                                       "stream_resumable",
                                                       "durability",
                                                       "checkpoint_during",
                                                       "if_not_exists"};

std::string run_members(const JsonValue& body) {
  std::string out = "{";
  for (const auto name : kRunMembers) {
    const auto* value = find_member(body, name);
    if (value != nullptr) out += (out.size() > 1 ? "," : "") + quote(name) + ":" + to_text(*value);
  }
  return out + "}";
}

// The members that a create and a patch read alike.
void read_common(Fields& fields, Cron& cron) {
  if (auto schedule = fields.text("schedule")) cron.schedule = std::move(*schedule);
  if (auto zone = fields.text("timezone")) cron.timezone = std::move(*zone);
  if (const auto text = fields.text("end_time")) {
    cron.end_time = parse_time(*text);
    if (!cron.end_time) fields.wrong("end_time", "must be a time such as 2030-01-31T08:00:00Z");
  }
  if (const auto word = fields.word("on_run_completed", {"delete", "keep"})) {
    cron.on_run_completed = word == "keep" ? OnCompletion::kKeep : OnCompletion::kDelete;
  }
  cron.enabled = fields.boolean("enabled").value_or(cron.enabled);
  if (const auto metadata = fields.object("metadata")) {
    cron.metadata = merge_objects(cron.metadata, *metadata);
  }
}

// The schedule comes, the zone exists, and the run can be asked for.
Status check(const Cron& cron) {
  if (auto next = next_run(cron, 0); !next) return fail(next.error());
  const auto payload = parse_json(cron.payload);
  if (!payload) return fail(payload.error());
  if (auto run = RunRequest::from_json(*payload); !run) return fail(run.error());
  return {};
}

}  // namespace

Result<Cron> CronRequest::create(const JsonValue& body, CronKind kind) {
  Fields fields(body);
  Cron cron;
  (void)fields.required_text("schedule");
  cron.assistant_id = fields.required_text("assistant_id");
  read_common(fields, cron);
  if (auto good = fields.status(); !good) return fail(good.error());
  // The thread was there before and stays.
  if (kind == CronKind::kOnThread) cron.on_run_completed = OnCompletion::kKeep;
  cron.payload = merge_objects("{\"assistant_id\":" + quote(cron.assistant_id) + "}", run_members(body));
  if (auto good = check(cron); !good) return fail(good.error());
  return cron;
}

Result<Cron> CronRequest::patch(const JsonValue& body, Cron cron) {
  Fields fields(body);
  const bool on_thread = cron.thread_id.has_value();
  read_common(fields, cron);
  if (auto good = fields.status(); !good) return fail(good.error());
  const auto end_time = body.FindMember("end_time");
  if (end_time != body.MemberEnd() && end_time->value.IsNull()) cron.end_time.reset();
  if (on_thread) cron.on_run_completed = OnCompletion::kKeep;
  cron.payload = merge_objects(cron.payload, run_members(body));
  if (auto good = check(cron); !good) return fail(good.error());
  return cron;
}

}  // namespace agenthost::models
