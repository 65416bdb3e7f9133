#include "sources/semantic_scholar.hpp"

#include "domain/json_fields.hpp"
#include "text/normalise.hpp"
#include "text/url.hpp"

namespace ctm {
namespace {

std::string link_of(const agent::Json& entry, const Paper& paper) {
  for (const std::string& url :
       {text_field(entry, "url"), text_field(field(entry, "openAccessPdf"), "url")}) {
    if (text::is_web_url(url)) return url;
  }
  if (!paper.doi.empty()) return "https://doi.org/" + paper.doi;
  const std::string id = text_field(entry, "paperId");
  return id.empty() ? std::string() : "https://www.semanticscholar.org/paper/" + text::percent_encode(id);
}

Paper paper_of(const agent::Json& entry) {
  Paper paper;
  paper.title = text::squeeze(text_field(entry, "title"));
  paper.content = text::squeeze(text_field(entry, "abstract"));
  paper.source = "Semantic Scholar";
  paper.year = text_field(entry, "year");
  paper.venue = text_field(entry, "venue");
  paper.doi = text_field(field(entry, "externalIds"), "DOI");
  paper.citations = integer_field(entry, "citationCount", -1);
  if (const agent::Json& authors = field(entry, "authors"); authors.is_array()) {
    for (const agent::Json& author : authors) {
      if (std::string name = text_field(author, "name"); !name.empty())
        paper.authors.push_back(std::move(name));
    }
  }
  paper.url = link_of(entry, paper);
  return paper;
}

}  // namespace

agent::HttpRequest SemanticScholar::request(const std::string& query, int limit) const {
  return {.service = service(),
          .url = "/graph/v1/paper/search?query=" + text::percent_encode(query) +
                 "&limit=" + std::to_string(limit) +
                 "&fields=title,abstract,year,authors,citationCount,externalIds,openAccessPdf,venue,url"};
}

PaperAnswer SemanticScholar::parse(std::string_view body) const {
  const agent::Json answer = agent::Json::parse(body, nullptr, false);
  if (answer.is_discarded()) return {{}, "the answer is no JSON"};
  const agent::Json& data = field(answer, "data");
  // Why this is no problem: with total 0 it leaves `data` out.
  if (data.is_null() && integer_field(answer, "total", -1) == 0) return {};
  if (!data.is_array()) return {{}, "the answer has no list of papers"};
  PaperAnswer result;
  for (const agent::Json& entry : data) {
    Paper paper = paper_of(entry);
    if (!paper.title.empty() && text::is_web_url(paper.url)) result.papers.push_back(std::move(paper));
  }
  return result;
}

}  // namespace ctm
