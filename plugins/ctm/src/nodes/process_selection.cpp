#include <agenthost/sdk/message.hpp>

#include "domain/opportunity.hpp"
#include "messages/texts.hpp"
#include "nodes/node_support.hpp"
#include "nodes/nodes.hpp"
#include "nodes/selection.hpp"

namespace ctm {

agent::Update process_selection(Analyst& analyst, const agent::State& state, const agent::Context& ctx) {
  const Texts& say = texts(language_of(ctx, analyst.settings));
  const std::vector<Opportunity> offered = opportunities_from(state["investment_opportunities"]);
  const Selection selection = read_selection(state["user_selection"], offered.size());

  agent::Json chosen = agent::Json::array();
  std::string names;
  for (const std::size_t index : selection.indices) {
    chosen.push_back(to_json(offered[index]));
    names.append(names.empty() ? "" : "; ").append(offered[index].title);
  }
  std::string message = chosen.empty() ? std::string(say.selection_none)
                                       : fill(say.selection_done, {std::to_string(chosen.size()), names});
  if (!selection.understood) message = std::string(say.selection_unreadable) + "\n" + message;
  std::string dropped;
  for (const std::string& entry : selection.dropped)
    dropped.append(dropped.empty() ? "" : ", ").append(entry);
  if (!dropped.empty()) message += "\n" + fill(say.selection_dropped, {dropped});

  agent::Update update;
  update.set("selected_opportunities", std::move(chosen)).set("user_selection", nullptr);
  update.message(agent::ai_message(message, message_id(ctx, "process")));
  return update;
}

}  // namespace ctm
