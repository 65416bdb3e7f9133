#include <agenthost/sdk/message.hpp>
#include <algorithm>

#include "analysis/dedupe.hpp"
#include "analysis/fit.hpp"
#include "analysis/search_ideas.hpp"
#include "messages/texts.hpp"
#include "nodes/gather.hpp"
#include "nodes/node_support.hpp"
#include "nodes/nodes.hpp"

namespace ctm {
namespace {

std::vector<Paper> from_bibliography(const Library& library, const Project& project, Language language,
                                     std::size_t limit) {
  std::vector<Paper> papers;
  for (const BundledPaper* paper : library.find_papers(library.expand(project.text()), limit)) {
    papers.push_back(paper->in(language));
  }
  return papers;
}

// The closest to the project first, then the most cited.
std::vector<Paper> best_of(std::vector<Paper> papers, const ProjectProfile& profile, std::size_t limit) {
  std::vector<std::pair<double, Paper>> scored;
  for (Paper& paper : papers) {
    const double score = topic_overlap(paper.title + " " + paper.content, profile);
    scored.emplace_back(score, std::move(paper));
  }
  std::stable_sort(scored.begin(), scored.end(), [](const auto& a, const auto& b) {
    return std::pair(-a.first, -a.second.citations) < std::pair(-b.first, -b.second.citations);
  });
  std::vector<Paper> best;
  for (auto& [score, paper] : scored) {
    if (best.size() < limit) best.push_back(std::move(paper));
  }
  return best;
}

agent::Update finish(std::vector<Paper> papers, agent::Json sources, const std::string& message,
                     const agent::Context& ctx) {
  agent::Json list = agent::Json::array();
  for (const Paper& paper : papers) list.push_back(to_json(paper));
  agent::Update update;
  update.set("academic_papers", std::move(list)).set("sources", std::move(sources));
  update.message(agent::ai_message(message, message_id(ctx, "papers")));
  return update;
}

SourceHealth bibliography_health(std::size_t found) {
  SourceHealth health;
  health.name = "Bibliography";
  health.kind = "papers";
  health.count_success(found);
  return health;
}

bool any_literature_on(const Analyst& analyst, const agent::Context& ctx) {
  return std::any_of(analyst.literature.begin(), analyst.literature.end(),
                     [&ctx](const auto& source) { return ctx.http().has_service(source->service()); });
}

agent::Task<std::vector<std::string>> find_queries(const Analyst& analyst, agent::Context ctx,
                                                   const Project& project, const ProjectProfile& profile,
                                                   const std::vector<Opportunity>& selected) {
  std::vector<std::string> queries;
  if (ctx.llm().is_online() && any_literature_on(analyst, ctx)) {
    SourceHealth ignored;  // the model's health is that of the search for calls
    agent::LlmRequest request = paper_queries_request(project, selected);
    const auto answer = co_await ask_model(ctx, std::move(request), ignored);
    if (answer) queries = paper_queries_from(*answer);
  }
  if (queries.empty()) queries = paper_queries_by_rule(profile);
  co_return queries;
}

}  // namespace

agent::Task<agent::Update> academic_research(Analyst& analyst, agent::State state, agent::Context ctx) {
  const Language language = language_of(ctx, analyst.settings);
  const Texts& say = texts(language);
  const std::vector<Opportunity> selected = opportunities_from(state["selected_opportunities"]);
  if (selected.empty())
    co_return finish({}, replace_kind(state["sources"], "papers", {}), std::string(say.papers_skipped), ctx);

  report_progress(ctx, "papers", 0, 1, say.stage_papers);
  const Project project = Project::from_state(state.json());
  const ProjectProfile profile = ProjectProfile::of(project, analyst.library.glossary());
  std::vector<std::string> queries = co_await find_queries(analyst, ctx, project, profile, selected);
  PaperFindings found = co_await ask_paper_sources(analyst, std::move(queries), ctx);
  const auto limit = static_cast<std::size_t>(analyst.settings.max_papers);
  std::vector<Paper> papers = best_of(without_duplicates(std::move(found.papers)), profile, limit);
  if (papers.empty()) {
    papers = from_bibliography(analyst.library, project, language, limit);
    found.health.push_back(bibliography_health(papers.size()));
  }
  report_progress(ctx, "papers", 1, 1, say.stage_papers);
  const std::string message =
      papers.empty() ? std::string(say.papers_none)
                     : fill(say.papers_found, {std::to_string(papers.size()), papers.front().title});
  co_return finish(std::move(papers), replace_kind(state["sources"], "papers", found.health), message, ctx);
}

}  // namespace ctm
