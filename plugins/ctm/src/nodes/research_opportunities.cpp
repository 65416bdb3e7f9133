#include <agenthost/sdk/message.hpp>
#include <algorithm>
#include <iterator>

#include "analysis/catalogue_calls.hpp"
#include "analysis/dedupe.hpp"
#include "analysis/fit.hpp"
#include "analysis/hit_reading.hpp"
#include "analysis/search_ideas.hpp"
#include "messages/texts.hpp"
#include "nodes/gather.hpp"
#include "nodes/node_support.hpp"
#include "nodes/nodes.hpp"

namespace ctm {
namespace {

// What the steps of one search share.
struct Search {
  const Analyst& analyst;
  agent::Context ctx;
  Project project;
  ProjectProfile profile;
  ReadingContext reading;
  SourceHealth llm;

  [[nodiscard]] const Texts& say() const { return texts(reading.language); }
};

Search begin_search(const Analyst& analyst, const agent::State& state, const agent::Context& ctx) {
  Project project = Project::from_state(state.json());
  ProjectProfile profile = ProjectProfile::of(project, analyst.library.glossary());
  const std::string date = today(ctx);
  Search search{
      analyst, ctx, std::move(project), std::move(profile), {date, date, language_of(ctx, analyst.settings)},
      {}};
  search.llm.name = "llm";
  search.llm.kind = "llm";
  if (!ctx.llm().is_online()) search.llm.message = "offline";
  return search;
}

bool any_source_on(const Search& search) {
  return std::any_of(search.analyst.funding.begin(), search.analyst.funding.end(),
                     [&search](const auto& source) {
                       return source->service().empty() || search.ctx.http().has_service(source->service());
                     });
}

agent::Task<std::vector<SearchIdea>> find_ideas(Search& search) {
  report_progress(search.ctx, "ideas", 0, 1, search.say().stage_ideas);
  std::vector<SearchIdea> ideas = ideas_by_rule(search.profile, search.reading.today);
  if (search.ctx.llm().is_online() && any_source_on(search)) {
    agent::LlmRequest request = ideas_request(search.project, search.reading.today);
    const auto answer = co_await ask_model(search.ctx, std::move(request), search.llm);
    std::vector<SearchIdea> better = answer ? ideas_from(*answer) : std::vector<SearchIdea>();
    std::move(better.begin(), better.end(), std::inserter(ideas, ideas.begin()));
    if (ideas.size() > kSearchIdeas) ideas.resize(kSearchIdeas);
  }
  report_progress(search.ctx, "ideas", 1, 1, search.say().stage_ideas);
  co_return ideas;
}

// What is worth reading: about the project, each page once, the closest first.
std::vector<SearchHit> worth_reading(std::vector<SearchHit> hits, const Search& search) {
  std::vector<std::pair<double, SearchHit>> scored;
  for (SearchHit& hit : without_duplicates(std::move(hits))) {
    const double score = topic_overlap(hit.title + " " + hit.text, search.profile);
    if (score > 0) scored.emplace_back(score, std::move(hit));
  }
  std::stable_sort(scored.begin(), scored.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  const auto limit =
      static_cast<std::size_t>(search.ctx.llm().is_online() ? search.analyst.settings.max_classified
                                                            : search.analyst.settings.max_hits);
  if (scored.size() > limit) scored.erase(scored.begin() + static_cast<std::ptrdiff_t>(limit), scored.end());
  std::vector<SearchHit> chosen;
  chosen.reserve(scored.size());
  for (auto& [score, hit] : scored) chosen.push_back(std::move(hit));
  return chosen;
}

agent::Task<HitReading> read_hit(Search& search, const SearchHit& hit) {
  if (search.ctx.llm().is_online()) {
    agent::LlmRequest request = reading_request(hit, search.project, search.reading);
    const auto answer = co_await ask_model(search.ctx, std::move(request), search.llm);
    if (answer) co_return reading_from(*answer, hit, search.reading);
  }
  co_return read_by_rule(hit, search.reading);
}

agent::Task<std::vector<Candidate>> read_hits(Search& search, const std::vector<SearchHit>& hits) {
  std::vector<Candidate> candidates;
  const auto width = static_cast<std::size_t>(search.analyst.settings.llm_concurrency);
  for (std::size_t start = 0; start < hits.size(); start += width) {
    std::vector<agent::Task<HitReading>> batch;
    for (std::size_t at = start; at < std::min(start + width, hits.size()); ++at) {
      batch.push_back(read_hit(search, hits[at]));
    }
    std::vector<HitReading> readings = co_await agent::when_all(std::move(batch));
    for (HitReading& reading : readings) {
      std::move(reading.candidates.begin(), reading.candidates.end(), std::back_inserter(candidates));
    }
    report_progress(search.ctx, "reading", std::min(start + width, hits.size()), hits.size(),
                    search.say().stage_reading);
  }
  co_return candidates;
}

Candidate candidate_of(Opportunity call) {
  Candidate candidate;
  candidate.opportunity = std::move(call);
  return candidate;
}

std::vector<Candidate> current_ones(std::vector<Candidate> candidates, const ReadingContext& reading) {
  std::vector<Candidate> current;
  for (Candidate& candidate : candidates) {
    Opportunity& call = candidate.opportunity;
    if (!is_current(call, reading.today)) continue;
    if (call.financing_type.empty())
      call.financing_type = financing_name(candidate.financing_kind, reading.language);
    current.push_back(std::move(candidate));
  }
  return current;
}

SourceHealth catalogue_health(std::size_t found) {
  SourceHealth health;
  health.name = kCatalogueSource;
  health.kind = "funding";
  health.count_success(found);
  return health;
}

std::string failed_names(const std::vector<SourceHealth>& all) {
  std::string names;
  for (const SourceHealth& health : all) {
    if (health.failures > 0) names.append(names.empty() ? "" : ", ").append(health.name);
  }
  return names;
}

std::string list_for_people(const std::vector<Opportunity>& calls) {
  std::string lines;
  for (std::size_t at = 0; at < calls.size(); ++at) {
    lines += "\n" + std::to_string(at) + ". " + calls[at].title + " (" + calls[at].origin +
             "): " + calls[at].opportunity_url;
  }
  return lines;
}

// kOffline: nobody else could be asked.
enum class CatalogueUse { kNone, kFilledUp, kOffline };

std::string summary(const Search& search, const std::vector<Opportunity>& calls, CatalogueUse use,
                    const std::vector<SourceHealth>& health) {
  const Texts& say = search.say();
  std::string message = calls.empty()
                            ? fill(say.found_none, {search.project.title})
                            : fill(say.found_some, {std::to_string(calls.size()), search.project.title,
                                                    calls.front().title, calls.front().origin}) +
                                  list_for_people(calls);
  if (use == CatalogueUse::kOffline) message += "\n" + std::string(say.offline_note);
  if (use == CatalogueUse::kFilledUp) message += "\n" + std::string(say.catalogue_used_note);
  if (const std::string names = failed_names(health); !names.empty()) {
    message += "\n" + fill(say.source_failed_note, {names});
  }
  return message;
}

// Adds programmes of the catalogue when too little was found; says whether it did. What was found live always
// stays.
CatalogueUse fill_up(const Search& search, FundingFindings& found, std::vector<Candidate> live,
                     std::vector<Opportunity>& calls) {
  constexpr std::size_t kCatalogueMatches = 40;
  const Settings& settings = search.analyst.settings;
  const Language language = search.reading.language;
  const auto limit = static_cast<std::size_t>(settings.max_opportunities);
  if (calls.size() >= static_cast<std::size_t>(settings.min_live_opportunities)) return CatalogueUse::kNone;
  const std::size_t already = live.size();
  for (Candidate& candidate :
       catalogue_calls(search.analyst.library, search.project, language, kCatalogueMatches)) {
    live.push_back(std::move(candidate));
  }
  std::vector<Candidate> fresh = without_duplicates(std::move(live));
  fresh.erase(fresh.begin(), fresh.begin() + static_cast<std::ptrdiff_t>(already));
  std::vector<Opportunity> more = ranked(std::move(fresh), search.profile, language, limit - calls.size());
  const bool asked = found.any_asked();
  found.health.push_back(catalogue_health(more.size()));
  std::move(more.begin(), more.end(), std::back_inserter(calls));
  sort_by_fit(calls);
  return asked ? CatalogueUse::kFilledUp : CatalogueUse::kOffline;
}

}  // namespace

agent::Task<agent::Update> research_opportunities(Analyst& analyst, agent::State state, agent::Context ctx) {
  Search search = begin_search(analyst, state, ctx);
  std::vector<SearchIdea> ideas = co_await find_ideas(search);
  FundingFindings found =
      co_await ask_funding_sources(analyst, std::move(ideas), ctx, std::string(search.say().stage_sources));
  const std::vector<SearchHit> hits = worth_reading(std::move(found.hits), search);
  std::vector<Candidate> candidates = co_await read_hits(search, hits);
  for (Opportunity& call : found.opportunities) candidates.push_back(candidate_of(std::move(call)));

  report_progress(ctx, "ranking", 0, 1, search.say().stage_ranking);
  candidates = without_duplicates(current_ones(std::move(candidates), search.reading));
  const auto limit = static_cast<std::size_t>(analyst.settings.max_opportunities);
  std::vector<Opportunity> calls = ranked(candidates, search.profile, search.reading.language, limit);
  const CatalogueUse use = fill_up(search, found, std::move(candidates), calls);
  report_progress(ctx, "ranking", 1, 1, search.say().stage_ranking);

  agent::Json list = agent::Json::array();
  for (const Opportunity& call : calls) list.push_back(to_json(call));
  agent::Json sources = replace_kind(state["sources"], "funding", found.health);
  sources = replace_kind(sources, "llm", {search.llm});
  agent::Update update;
  update.set("investment_opportunities", std::move(list)).set("sources", std::move(sources));
  update.message(agent::ai_message(summary(search, calls, use, found.health), message_id(ctx, "research")));
  co_return update;
}

}  // namespace ctm
