#include "analysis/search_ideas.hpp"

#include "domain/json_fields.hpp"
#include "text/normalise.hpp"

namespace ctm {
namespace {

constexpr std::size_t kQueryBytes = 200;
constexpr std::size_t kProjectBytes = 6'000;

agent::Json list_schema(const char* name, agent::Json item, std::size_t most) {
  return {{"type", "object"},
          {"properties",
           {{name, {{"type", "array"}, {"minItems", 1}, {"maxItems", most}, {"items", std::move(item)}}}}},
          {"required", {name}}};
}

std::string project_text(const Project& project) {
  return "Title: " + project.title + "\nDescription: " + text::shorten(project.description, kProjectBytes) +
         (project.documents.empty() ? "" : "\nDocuments: " + text::shorten(project.documents, kProjectBytes));
}

struct Topic {
  std::string es, en;
};

// The i-th pair of concepts, so that each idea looks from another side; key terms when the glossary knows
// nothing.
std::vector<Topic> topics_of(const ProjectProfile& profile) {
  std::vector<Topic> topics;
  const auto& concepts = profile.concepts;
  for (std::size_t at = 0; at < concepts.size() && topics.size() < kSearchIdeas; ++at) {
    Topic topic{concepts[at]->es.front(), concepts[at]->en.front()};
    if (at + 1 < concepts.size()) {
      topic.es += " " + concepts[at + 1]->es.front();
      topic.en += " " + concepts[at + 1]->en.front();
    }
    topics.push_back(std::move(topic));
  }
  for (std::size_t at = 0; at + 1 < profile.terms.size() && topics.size() < kSearchIdeas; at += 2) {
    const std::string words = profile.terms[at].word + " " + profile.terms[at + 1].word;
    topics.push_back({words, words});
  }
  return topics;
}

}  // namespace

std::vector<SearchIdea> ideas_by_rule(const ProjectProfile& profile, const std::string& today) {
  const std::string year = today.substr(0, 4);
  std::vector<SearchIdea> ideas;
  for (const Topic& topic : topics_of(profile)) {
    ideas.push_back({topic.en + " innovation grant open call for proposals " + year,
                     "convocatoria abierta financiación " + topic.es + " Colombia " + year});
  }
  return ideas;
}

agent::LlmRequest ideas_request(const Project& project, const std::string& today) {
  const agent::Json idea{
      {"type", "object"},
      {"properties", {{"international", {{"type", "string"}}}, {"national", {{"type", "string"}}}}},
      {"required", {"international", "national"}}};
  return {
      .messages =
          {{"system",
            "You find funding for technology projects in Colombia. Write exactly five search ideas, each "
            "from another angle (sector, technology, beneficiaries, kind of money, region). For each give "
            "`international`: a web query in English for open international calls, and `national`: a web "
            "query in Spanish for calls in Colombia. Today is " +
                today + "."},
           {"user", project_text(project)}},
      .temperature = 0.3,
      .response_schema = list_schema("ideas", idea, kSearchIdeas)};
}

std::vector<SearchIdea> ideas_from(const agent::Json& answer) {
  std::vector<SearchIdea> ideas;
  if (!field(answer, "ideas").is_array()) return ideas;
  for (const agent::Json& entry : field(answer, "ideas")) {
    SearchIdea idea{text::shorten(text::squeeze(text_field(entry, "international")), kQueryBytes),
                    text::shorten(text::squeeze(text_field(entry, "national")), kQueryBytes)};
    if (idea.international.empty() && idea.national.empty()) continue;
    ideas.push_back(std::move(idea));
    if (ideas.size() == kSearchIdeas) break;
  }
  return ideas;
}

std::vector<std::string> paper_queries_by_rule(const ProjectProfile& profile) {
  std::vector<std::string> queries;
  const auto& concepts = profile.concepts;
  for (std::size_t at = 0; at < concepts.size() && queries.size() < kPaperQueries; ++at) {
    const std::string second = at + 1 < concepts.size() ? " " + concepts[at + 1]->en.front() : "";
    queries.push_back(concepts[at]->en.front() + second);
  }
  for (std::size_t at = 0; at + 1 < profile.terms.size() && queries.size() < kPaperQueries; at += 2) {
    queries.push_back(profile.terms[at].word + " " + profile.terms[at + 1].word);
  }
  return queries;
}

agent::LlmRequest paper_queries_request(const Project& project, const std::vector<Opportunity>& selected) {
  std::string calls;
  for (const Opportunity& call : selected) calls += "\nChosen call: " + call.title + " (" + call.origin + ")";
  return {
      .messages =
          {{"system",
            "You search scientific literature. Write exactly three technical queries in English, three to "
            "six words each, that would find papers to make this project stronger."},
           {"user", project_text(project) + calls}},
      .temperature = 0.2,
      .response_schema = list_schema("queries", {{"type", "string"}}, kPaperQueries)};
}

std::vector<std::string> paper_queries_from(const agent::Json& answer) {
  std::vector<std::string> queries;
  for (const std::string& query : texts_of(field(answer, "queries"))) {
    if (queries.size() < kPaperQueries) queries.push_back(text::shorten(text::squeeze(query), kQueryBytes));
  }
  return queries;
}

}  // namespace ctm
