#include "catalogue/glossary.hpp"

#include <algorithm>
#include <utility>

#include "domain/json_fields.hpp"
#include "text/normalise.hpp"

namespace ctm {
namespace {

int occurrences(const std::string& line, const std::string& phrase) {
  int count = 0;
  // Why minus one: the blank that ends one phrase begins the next.
  for (std::size_t at = line.find(phrase); at != std::string::npos;
       at = line.find(phrase, at + phrase.size() - 1)) {
    ++count;
  }
  return count;
}

}  // namespace

int Concept::mentions_in(const std::string& line) const {
  int count = 0;
  for (const std::string& phrase : phrases) count += occurrences(line, phrase);
  for (const std::string& phrase : except) count -= occurrences(line, phrase);
  return count;
}

Glossary::Glossary(const agent::Json& data) {
  for (const agent::Json& entry : field(data, "concepts")) {
    Concept made;
    made.id = text_field(entry, "id");
    if (const agent::Json& weight = field(entry, "weight"); weight.is_number())
      made.weight = weight.get<double>();
    made.es = texts_of(field(entry, "es"));
    made.en = texts_of(field(entry, "en"));
    for (const auto* terms : {&made.es, &made.en}) {
      for (const std::string& term : *terms) made.phrases.push_back(text::stem_line(term));
    }
    std::sort(made.phrases.begin(), made.phrases.end());
    made.phrases.erase(std::unique(made.phrases.begin(), made.phrases.end()), made.phrases.end());
    for (const std::string& phrase : texts_of(field(entry, "except")))
      made.except.push_back(text::stem_line(phrase));
    concepts_.push_back(std::move(made));
  }
}

std::vector<const Concept*> Glossary::concepts_in(std::string_view text) const {
  const std::string line = text::stem_line(text);
  std::vector<std::pair<double, const Concept*>> found;
  for (const Concept& entry : concepts_) {
    const int count = entry.mentions_in(line);
    if (count > 0) found.emplace_back(entry.weight * std::min(count, 5), &entry);
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<const Concept*> concepts;
  concepts.reserve(found.size());
  for (const auto& [weight, entry] : found) concepts.push_back(entry);
  return concepts;
}

}  // namespace ctm
