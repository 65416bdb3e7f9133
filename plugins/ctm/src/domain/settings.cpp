#include "domain/settings.hpp"

#include <agenthost/sdk/error.hpp>
#include <array>
#include <utility>

#include "domain/json_fields.hpp"
#include "text/url.hpp"

namespace ctm {
namespace {

[[noreturn]] void refuse(const std::string& key, const std::string& remedy) {
  throw agent::Error(agent::Code::kInvalid, "config." + key + ": " + remedy);
}

int limit(const agent::Json& config, const char* key, int fallback, int most) {
  const agent::Json& value = field(config, key);
  if (value.is_null()) return fallback;
  if (!value.is_number_integer() || value.get<long>() < 1 || value.get<long>() > most) {
    refuse(key, "must be a whole number from 1 to " + std::to_string(most));
  }
  return value.get<int>();
}

FeedSettings feed_from(const agent::Json& entry) {
  FeedSettings feed{text_field(entry, "name"), text_field(entry, "url"), text_field(entry, "service")};
  if (feed.name.empty()) refuse("feeds", "each entry needs a name");
  if (feed.service.empty() && !text::is_web_url(feed.url)) {
    refuse("feeds", feed.name + " needs a service of agenthost.yaml or an absolute http(s) url");
  }
  return feed;
}

}  // namespace

Settings Settings::from(const agent::Json& config) {
  Settings made;
  made.language = language_from(text_field(config, "language"));
  if (const agent::Json& feeds = field(config, "feeds"); !feeds.is_null()) {
    if (!feeds.is_array()) refuse("feeds", "must be a list of {name, url | service}");
    for (const agent::Json& entry : feeds) made.feeds.push_back(feed_from(entry));
  }
  made.documents_directory = text_field(config, "documents_directory");
  const std::array<std::pair<const char*, std::pair<int*, int>>, 8> limits{{
      {"results_per_query", {&made.results_per_query, 20}},
      {"max_hits", {&made.max_hits, 1'000}},
      {"max_classified", {&made.max_classified, 200}},
      {"llm_concurrency", {&made.llm_concurrency, 32}},
      {"max_opportunities", {&made.max_opportunities, 50}},
      {"min_live_opportunities", {&made.min_live_opportunities, 50}},
      {"papers_per_query", {&made.papers_per_query, 50}},
      {"max_papers", {&made.max_papers, 30}},
  }};
  for (const auto& [key, target] : limits) *target.first = limit(config, key, *target.first, target.second);
  return made;
}

}  // namespace ctm
