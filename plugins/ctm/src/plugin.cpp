// The CTM agent as a graph: the one file that joins nodes, channels and edges.
#include <agenthost/sdk/agent.hpp>

#include "nodes/nodes.hpp"
#include "schemas.hpp"

namespace {

using agent::Reducer;

void describe(agent::Plugin& plugin) {
  constexpr unsigned kSupersteps = 100;  // the chat loops; a run rarely takes more than eight
  plugin.graph<ctm::Analyst>("agent")
      .name("CTM Investment Agent")
      .description(
          "Funding analyst for technology projects in Colombia: finds calls, reads the literature, writes an "
          "improvement report and answers questions")
      .channel("project_title")
      .channel("project_description")
      .channel("document_paths")
      .channel("document_text")
      .channel("investment_opportunities")
      .channel("selected_opportunities")
      .channel("academic_papers")
      .channel("improvement_report")
      .channel("report_files")
      .channel("user_selection")
      .channel("sources")
      .channel("chat_done")
      .channel("messages", Reducer::kMessages)
      .node("ingest_info", ctm::ingest_info, {.blocking = true})
      .node("research_opportunities", ctm::research_opportunities)
      .node("select_opportunities", ctm::select_opportunities)
      .node("process_selection", ctm::process_selection)
      .node("academic_research", ctm::academic_research)
      .node("generate_report", ctm::generate_report)
      .node("chat_responder", ctm::chat_responder)
      .edge(agent::kStart, "ingest_info")
      .edge("ingest_info", "research_opportunities")
      .edge("research_opportunities", "select_opportunities")
      .edge("select_opportunities", "process_selection")
      .edge("process_selection", "academic_research")
      .edge("academic_research", "generate_report")
      .edge("generate_report", "chat_responder")
      .conditional("chat_responder", "continue_chat", ctm::continue_chat, {"chat_responder", agent::kEnd})
      .input_schema(ctm::input_schema())
      .output_schema(ctm::state_schema())
      .state_schema(ctm::state_schema())
      .config_schema(ctm::config_schema())
      .context_schema(ctm::config_schema())
      .recursion_limit(kSupersteps)
      .resumes_on_input();
}

}  // namespace

AGENT_PLUGIN("ctm", "1.0.0", describe)
