#include <agenthost/sdk/message.hpp>

#include "domain/opportunity.hpp"
#include "messages/texts.hpp"
#include "nodes/node_support.hpp"
#include "nodes/nodes.hpp"

namespace ctm {
namespace {

agent::Json question_about(const agent::Json& opportunities, const Texts& say) {
  agent::Json shown = agent::Json::array();
  for (const Opportunity& call : opportunities_from(opportunities)) {
    agent::Json entry = to_json(call);
    entry.erase("evidence");
    entry["index"] = shown.size();
    shown.push_back(std::move(entry));
  }
  const std::size_t total = shown.size();
  return {{"total_opportunities", total},
          {"opportunities", std::move(shown)},
          {"instruction", say.select_instruction}};
}

// A list of indices as a person would write it.
std::string as_written(const agent::Json& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string line;
  if (!value.is_array()) return agent::to_text(value);
  for (const agent::Json& element : value)
    line.append(line.empty() ? "" : ", ").append(agent::to_text(element));
  return line;
}

}  // namespace

agent::Update select_opportunities(Analyst& analyst, const agent::State& state, const agent::Context& ctx) {
  const Texts& say = texts(language_of(ctx, analyst.settings));
  const agent::Json& opportunities = state["investment_opportunities"];
  agent::Update update;
  if (opportunities_from(opportunities).empty()) {
    update.set("user_selection", "none");
    update.message(agent::ai_message(std::string(say.no_opportunities), message_id(ctx, "select")));
    return update;
  }
  const agent::Json answer = ctx.interrupt(question_about(opportunities, say));
  const HumanAnswer said = read_answer(answer);
  update.set("user_selection", said.value.is_null() ? agent::Json("none") : said.value);
  // Why the client's id: a chat client shows its message at once, and the same id keeps it from showing
  // twice.
  const std::string id = said.message_id.empty() ? message_id(ctx, "selection") : said.message_id;
  update.message(agent::human_message(as_written(said.value), id));
  return update;
}

}  // namespace ctm
