#include "sources/feed.hpp"

#include <pugixml.hpp>

#include "text/dates.hpp"
#include "text/normalise.hpp"
#include "text/url.hpp"

namespace ctm {
namespace {

constexpr std::size_t kMostItems = 200;

std::string first_text(const pugi::xml_node& node, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (std::string text = text::strip_markup(node.child(name).text().get()); !text.empty()) return text;
  }
  return {};
}

SearchHit rss_item(const pugi::xml_node& item, const std::string& source) {
  SearchHit hit{first_text(item, {"title"}), first_text(item, {"link"}),
                first_text(item, {"content:encoded", "description"}),
                text::parse_feed_date(first_text(item, {"pubDate", "dc:date"})), source};
  if (hit.url.empty()) hit.url = first_text(item, {"guid"});
  return hit;
}

// The page of an Atom entry: the link without rel or with rel="alternate".
std::string atom_link(const pugi::xml_node& entry) {
  for (const pugi::xml_node& link : entry.children("link")) {
    const std::string_view rel = link.attribute("rel").as_string("alternate");
    if (rel == "alternate") return link.attribute("href").as_string();
  }
  return {};
}

SearchHit atom_entry(const pugi::xml_node& entry, const std::string& source) {
  return {first_text(entry, {"title"}), atom_link(entry), first_text(entry, {"summary", "content"}),
          text::parse_feed_date(first_text(entry, {"published", "updated"})), source};
}

}  // namespace

std::vector<agent::HttpRequest> Feed::requests(const std::vector<SearchIdea>&) const {
  return {{.service = settings_.service,
           .url = settings_.url,
           .headers = {{"accept", "application/rss+xml, application/atom+xml, application/xml, text/xml"}}}};
}

FundingAnswer Feed::parse(std::string_view body) const {
  pugi::xml_document document;
  if (!document.load_buffer(body.data(), body.size())) return {{}, {}, "the answer is no XML"};
  const pugi::xml_node channel = document.child("rss").child("channel");
  const pugi::xml_node atom = document.child("feed");
  if (!channel && !atom) return {{}, {}, "the answer is neither RSS nor Atom"};

  FundingAnswer answer;
  const auto keep = [&answer](SearchHit hit) {
    if (!hit.title.empty() && text::is_web_url(hit.url) && answer.hits.size() < kMostItems) {
      answer.hits.push_back(std::move(hit));
    }
  };
  for (const pugi::xml_node& item : channel.children("item")) keep(rss_item(item, name()));
  for (const pugi::xml_node& entry : atom.children("entry")) keep(atom_entry(entry, name()));
  return answer;
}

}  // namespace ctm
