#include "catalogue/library.hpp"

#include "catalogue/bundled.hpp"
#include "domain/json_fields.hpp"
#include "text/url.hpp"

namespace ctm {
namespace {

std::string joined(const std::vector<std::string>& parts) {
  std::string line;
  for (const std::string& part : parts) line.append(part).append(" ");
  return line;
}

std::vector<Programme> read_programmes() {
  std::vector<Programme> all;
  for (const std::string_view file : bundled::programmes()) {
    for (Programme& programme : Programme::all_from(agent::parse_json(file, "the bundled programmes"))) {
      all.push_back(std::move(programme));
    }
  }
  return all;
}

// A paper without a link of its own gets a search for its title: a wrong DOI would be worse than none.
std::string link_of(const Paper& paper) {
  if (!paper.url.empty()) return paper.url;
  if (!paper.doi.empty()) return "https://doi.org/" + paper.doi;
  return "https://scholar.google.com/scholar?q=" + text::percent_encode("\"" + paper.title + "\"");
}

std::vector<BundledPaper> read_papers() {
  std::vector<BundledPaper> all;
  const agent::Json file = agent::parse_json(bundled::bibliography(), "the bundled bibliography");
  for (const agent::Json& entry : field(file, "papers")) {
    BundledPaper made;
    made.paper = paper_from(entry);
    made.paper.source = "Bibliography";
    made.paper.url = link_of(made.paper);
    made.paper.lesson.clear();
    made.summary = {text_field(field(entry, "summary"), "es"), text_field(field(entry, "summary"), "en")};
    made.lesson = {text_field(field(entry, "lesson"), "es"), text_field(field(entry, "lesson"), "en")};
    made.keywords = texts_of(field(entry, "keywords"));
    all.push_back(std::move(made));
  }
  return all;
}

IndexedDocument document_of(const Programme& programme) {
  return {programme.organisation + " " + programme.name, joined(programme.keywords),
          programme.funds.es + " " + programme.funds.en + " " + programme.applicants.es + " " +
              programme.applicants.en};
}

IndexedDocument document_of(const BundledPaper& paper) {
  return {paper.paper.title, joined(paper.keywords), paper.summary.es + " " + paper.summary.en};
}

template <class Item>
std::unique_ptr<SearchIndex> index_of(const std::vector<Item>& items) {
  std::vector<IndexedDocument> documents;
  documents.reserve(items.size());
  for (const Item& item : items) documents.push_back(document_of(item));
  return std::make_unique<SearchIndex>(documents);
}

}  // namespace

Paper BundledPaper::in(Language language) const {
  Paper made = paper;
  made.content = summary.in(language);
  made.lesson = lesson.in(language);
  return made;
}

Library::Library()
    : glossary_(agent::parse_json(bundled::glossary(), "the bundled glossary")),
      programmes_(read_programmes()),
      papers_(read_papers()) {}

std::string Library::expand(std::string_view query) const {
  // Why first: an index takes a limited number of words, and the concepts' words count most.
  std::string all;
  for (const Concept* entry : glossary_.concepts_in(query)) {
    if (entry->weight == 1) all.append(joined(entry->es)).append(joined(entry->en));
  }
  return all.append(query);
}

std::vector<const Programme*> Library::find_programmes(std::string_view query, std::size_t limit) const {
  std::call_once(programmes_once_, [this] { programme_index_ = index_of(programmes_); });
  std::vector<const Programme*> found;
  for (const std::size_t at : programme_index_->find(query, limit)) found.push_back(&programmes_[at]);
  return found;
}

std::vector<const BundledPaper*> Library::find_papers(std::string_view query, std::size_t limit) const {
  std::call_once(papers_once_, [this] { paper_index_ = index_of(papers_); });
  std::vector<const BundledPaper*> found;
  for (const std::size_t at : paper_index_->find(query, limit)) found.push_back(&papers_[at]);
  return found;
}

}  // namespace ctm
