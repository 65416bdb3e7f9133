// The seven nodes of the graph, one file each. Each reads the state, writes its channels and tells the user
// what it did. Thread-safe: a node has no state of its own.
#pragma once

#include <agenthost/sdk/context.hpp>
#include <agenthost/sdk/state.hpp>
#include <agenthost/sdk/task.hpp>
#include <agenthost/sdk/update.hpp>
#include <string>

#include "analyst.hpp"

namespace ctm {

// Blocking: it may read documents.
[[nodiscard]] agent::Update ingest_info(Analyst& analyst, const agent::State& state,
                                        const agent::Context& ctx);
[[nodiscard]] agent::Task<agent::Update> research_opportunities(Analyst& analyst, agent::State state,
                                                                agent::Context ctx);
[[nodiscard]] agent::Update select_opportunities(Analyst& analyst, const agent::State& state,
                                                 const agent::Context& ctx);
[[nodiscard]] agent::Update process_selection(Analyst& analyst, const agent::State& state,
                                              const agent::Context& ctx);
[[nodiscard]] agent::Task<agent::Update> academic_research(Analyst& analyst, agent::State state,
                                                           agent::Context ctx);
[[nodiscard]] agent::Task<agent::Update> generate_report(Analyst& analyst, agent::State state,
                                                         agent::Context ctx);
[[nodiscard]] agent::Task<agent::Update> chat_responder(Analyst& analyst, agent::State state,
                                                        agent::Context ctx);

// Where the chat goes on: "chat_responder" or "__end__".
[[nodiscard]] std::string continue_chat(const agent::State& state);

}  // namespace ctm
