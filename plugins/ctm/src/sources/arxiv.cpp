#include "sources/arxiv.hpp"

#include <pugixml.hpp>

#include "text/normalise.hpp"
#include "text/url.hpp"

namespace ctm {
namespace {

std::string text_of_child(const pugi::xml_node& node, const char* name) {
  return text::squeeze(node.child(name).text().get());
}

// http://arxiv.org/abs/1505.04597v1 -> https://arxiv.org/abs/1505.04597v1
std::string secure(std::string url) {
  if (url.rfind("http://", 0) == 0) url.insert(4, "s");
  return url;
}

Paper paper_of(const pugi::xml_node& entry) {
  Paper paper;
  paper.title = text_of_child(entry, "title");
  paper.url = secure(text_of_child(entry, "id"));
  paper.content = text_of_child(entry, "summary");
  paper.source = "Arxiv";
  paper.year = text_of_child(entry, "published").substr(0, 4);
  paper.doi = text_of_child(entry, "arxiv:doi");
  paper.venue = text_of_child(entry, "arxiv:journal_ref");
  for (const pugi::xml_node& author : entry.children("author")) {
    if (std::string name = text_of_child(author, "name"); !name.empty())
      paper.authors.push_back(std::move(name));
  }
  return paper;
}

}  // namespace

agent::HttpRequest Arxiv::request(const std::string& query, int limit) const {
  std::string terms;
  for (const std::string& word : text::words(query))
    terms.append(terms.empty() ? "all:" : " AND all:").append(word);
  return {.service = service(),
          .url = "/api/query?search_query=" + text::percent_encode(terms) +
                 "&start=0&max_results=" + std::to_string(limit) + "&sortBy=relevance&sortOrder=descending"};
}

PaperAnswer Arxiv::parse(std::string_view body) const {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return {{}, "the answer is no XML"};
  const pugi::xml_node feed = document.child("feed");
  if (!feed) return {{}, "the answer is no Atom feed"};
  PaperAnswer answer;
  for (const pugi::xml_node& entry : feed.children("entry")) {
    Paper paper = paper_of(entry);
    // arXiv reports a bad query as an entry that links to its error page.
    if (paper.url.find("/api/errors") != std::string::npos) return {{}, text::shorten(paper.content, 200)};
    if (!paper.title.empty() && text::is_web_url(paper.url)) answer.papers.push_back(std::move(paper));
  }
  return answer;
}

}  // namespace ctm
