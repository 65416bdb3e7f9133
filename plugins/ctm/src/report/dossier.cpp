#include "report/dossier.hpp"

#include <algorithm>
#include <utility>

#include "domain/json_fields.hpp"
#include "messages/texts.hpp"

namespace ctm {
namespace {

bool worked_offline(const agent::Json& sources) {
  if (!sources.is_array()) return true;
  return std::none_of(sources.begin(), sources.end(), [](const agent::Json& source) {
    const std::string name = text_field(source, "name");
    const std::string status = text_field(source, "status");
    const bool bundled = name == "catalogue" || name == "Bibliography";
    return !bundled && (status == "ok" || status == "partial" || status == "empty");
  });
}

std::string authors_of(const Paper& paper) {
  std::string line;
  for (std::size_t at = 0; at < paper.authors.size() && at < 4; ++at)
    line.append(at == 0 ? "" : ", ").append(paper.authors[at]);
  return paper.authors.size() > 4 ? line + " et al." : line;
}

std::string reference_to(const Opportunity& call, const Texts& say) {
  const std::string checked = call.source == "catalogue" ? std::string(say.not_verified) : call.date_checked;
  return call.origin + ". *" + call.title + "*. <" + call.opportunity_url + ">. " +
         std::string(say.checked_word) + ": " + checked + ".";
}

std::string reference_to(const Paper& paper) {
  std::string line = authors_of(paper) + " (" + paper.year + "). *" + paper.title + "*.";
  if (!paper.venue.empty()) line += " " + paper.venue + ".";
  if (!paper.doi.empty()) line += " DOI: " + paper.doi + ".";
  return line + " <" + paper.url + ">";
}

std::string marker(std::size_t number) {
  return "[" + std::to_string(number) + "]";
}

}  // namespace

Dossier Dossier::from_state(const agent::Json& state, std::string today, Language language) {
  Dossier made;
  made.project = Project::from_state(state);
  made.calls = opportunities_from(field(state, "selected_opportunities"));
  made.papers = papers_from(field(state, "academic_papers"));
  made.found = opportunities_from(field(state, "investment_opportunities"));
  made.today = std::move(today);
  made.language = language;
  made.offline = worked_offline(field(state, "sources"));
  return made;
}

std::string Dossier::cite_call(std::size_t at) const {
  return marker(at + 1);
}
std::string Dossier::cite_paper(std::size_t at) const {
  return marker(calls.size() + at + 1);
}

std::string Dossier::references() const {
  const Texts& say = texts(language);
  std::string list;
  for (std::size_t at = 0; at < calls.size(); ++at)
    list += cite_call(at) + " " + reference_to(calls[at], say) + "\n\n";
  for (std::size_t at = 0; at < papers.size(); ++at)
    list += cite_paper(at) + " " + reference_to(papers[at]) + "\n\n";
  return list;
}

std::string without_false_citations(const std::string& markdown, std::size_t citations) {
  std::string out;
  for (std::size_t at = 0; at < markdown.size(); ++at) {
    const std::size_t end = markdown[at] == '[' ? markdown.find(']', at) : std::string::npos;
    const std::string inside = end == std::string::npos ? "" : markdown.substr(at + 1, end - at - 1);
    const bool number =
        !inside.empty() && inside.size() <= 4 && inside.find_first_not_of("0123456789") == std::string::npos;
    if (number && (std::stoul(inside) == 0 || std::stoul(inside) > citations)) {
      at = end;
      if (!out.empty() && out.back() == ' ') out.pop_back();
    } else {
      out += markdown[at];
    }
  }
  return out;
}

}  // namespace ctm
