#include "nodes/gather.hpp"

#include <algorithm>
#include <utility>

#include "nodes/node_support.hpp"
#include "text/normalise.hpp"

namespace ctm {
namespace {

// One answer of one source, still unread.
struct Reply {
  std::size_t source = 0;
  std::string body;
  std::string problem;
};

struct Progress {
  std::size_t done = 0, total = 0;
  std::string stage, message;
};

agent::Task<Reply> ask(agent::Context ctx, std::size_t source, agent::HttpRequest request,
                       Progress& progress) {
  Reply reply{source, {}, {}};
  try {
    agent::HttpResponse response = co_await ctx.http().request(request);
    reply.body = std::move(response.body);
    if (!response.ok()) reply.problem = "HTTP " + std::to_string(response.status);
  } catch (const agent::Error& error) {
    rethrow_if_stopping(ctx);
    reply.problem = text::shorten(error.what(), 200);
  }
  report_progress(ctx, progress.stage, ++progress.done, progress.total, progress.message);
  co_return reply;
}

struct Question {
  std::size_t source = 0;
  agent::HttpRequest request;
};

agent::Task<std::vector<Reply>> ask_all(agent::Context ctx, std::vector<Question> questions,
                                        std::string stage, std::string message) {
  Progress progress{0, questions.size(), std::move(stage), std::move(message)};
  std::vector<agent::Task<Reply>> tasks;
  tasks.reserve(questions.size());
  for (Question& question : questions) {
    tasks.push_back(ask(ctx, question.source, std::move(question.request), progress));
  }
  co_return co_await agent::when_all(std::move(tasks));
}

// The sources that can be asked now; the others' health says off.
template <class Sources>
std::vector<SourceHealth> health_of(const Sources& sources, const char* kind, const agent::Context& ctx) {
  std::vector<SourceHealth> all;
  for (const auto& source : sources) {
    SourceHealth health;
    health.name = source->name();
    health.kind = kind;
    health.asked = source->service().empty() || ctx.http().has_service(source->service());
    if (!health.asked) health.message = "service " + source->service() + " is not configured";
    all.push_back(std::move(health));
  }
  return all;
}

}  // namespace

bool FundingFindings::any_asked() const {
  return std::any_of(health.begin(), health.end(), [](const SourceHealth& source) { return source.asked; });
}

void rethrow_if_stopping(const agent::Context& ctx) {
  if (ctx.cancelled()) throw;
}

agent::Task<FundingFindings> ask_funding_sources(const Analyst& analyst, std::vector<SearchIdea> ideas,
                                                 agent::Context ctx, std::string progress_message) {
  FundingFindings found;
  found.health = health_of(analyst.funding, "funding", ctx);
  std::vector<Question> questions;
  for (std::size_t at = 0; at < analyst.funding.size(); ++at) {
    if (!found.health[at].asked) continue;
    for (agent::HttpRequest& request : analyst.funding[at]->requests(ideas)) {
      questions.push_back({at, std::move(request)});
    }
  }
  std::vector<Reply> replies =
      co_await ask_all(ctx, std::move(questions), "sources", std::move(progress_message));
  for (Reply& reply : replies) {
    SourceHealth& health = found.health[reply.source];
    FundingAnswer answer;
    if (reply.problem.empty()) answer = analyst.funding[reply.source]->parse(reply.body);
    const std::string& problem = reply.problem.empty() ? answer.problem : reply.problem;
    if (!problem.empty()) {
      health.count_failure(problem);
      continue;
    }
    health.count_success(answer.hits.size() + answer.opportunities.size());
    std::move(answer.hits.begin(), answer.hits.end(), std::back_inserter(found.hits));
    std::move(answer.opportunities.begin(), answer.opportunities.end(),
              std::back_inserter(found.opportunities));
  }
  co_return found;
}

agent::Task<PaperFindings> ask_paper_sources(const Analyst& analyst, std::vector<std::string> queries,
                                             agent::Context ctx) {
  PaperFindings found;
  found.health = health_of(analyst.literature, "papers", ctx);
  std::vector<Question> questions;
  for (std::size_t at = 0; at < analyst.literature.size(); ++at) {
    if (!found.health[at].asked) continue;
    for (const std::string& query : queries) {
      questions.push_back({at, analyst.literature[at]->request(query, analyst.settings.papers_per_query)});
    }
  }
  std::vector<Reply> replies = co_await ask_all(ctx, std::move(questions), "papers", {});
  for (Reply& reply : replies) {
    SourceHealth& health = found.health[reply.source];
    PaperAnswer answer;
    if (reply.problem.empty()) answer = analyst.literature[reply.source]->parse(reply.body);
    const std::string& problem = reply.problem.empty() ? answer.problem : reply.problem;
    if (!problem.empty()) {
      health.count_failure(problem);
      continue;
    }
    health.count_success(answer.papers.size());
    std::move(answer.papers.begin(), answer.papers.end(), std::back_inserter(found.papers));
  }
  co_return found;
}

agent::Task<std::optional<agent::Json>> ask_model(agent::Context ctx, agent::LlmRequest request,
                                                  SourceHealth& health) {
  try {
    agent::LlmAnswer answer = co_await ctx.llm().complete(request);
    health.count_success(1);
    co_return std::optional<agent::Json>(std::move(answer.json));
  } catch (const agent::Error& error) {
    rethrow_if_stopping(ctx);
    health.count_failure(text::shorten(error.what(), 200));
  }
  co_return std::nullopt;
}

}  // namespace ctm
