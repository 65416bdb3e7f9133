// Paper: a piece of literature that backs a recommendation. A plain value.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <vector>

namespace ctm {

struct Paper {
  std::string title;
  std::string url;
  std::string content;  // the abstract
  std::string source;   // "Arxiv", "Semantic Scholar", "Bibliography"
  std::vector<std::string> authors;
  std::string year;
  std::string venue;
  std::string doi;
  long citations = -1;  // -1: not known
  std::string lesson;   // what it advises a project to do; only the bundled bibliography has it
};

[[nodiscard]] agent::Json to_json(const Paper& paper);
[[nodiscard]] Paper paper_from(const agent::Json& json);
[[nodiscard]] std::vector<Paper> papers_from(const agent::Json& list);

}  // namespace ctm
