#include "catalogue/programme.hpp"

#include "domain/json_fields.hpp"

namespace ctm {
namespace {

ColombiaAccess access_from(const std::string& text) {
  if (text == "yes") return ColombiaAccess::kYes;
  return text == "partner" ? ColombiaAccess::kAsPartner : ColombiaAccess::kToBeChecked;
}

Bilingual bilingual_from(const agent::Json& json) {
  return {text_field(json, "es"), text_field(json, "en")};
}

}  // namespace

std::vector<Programme> Programme::all_from(const agent::Json& file) {
  std::vector<Programme> all;
  for (const agent::Json& entry : field(file, "programmes")) {
    Programme made;
    made.id = text_field(entry, "id");
    made.organisation = text_field(entry, "organisation");
    made.name = text_field(entry, "programme");
    made.url = text_field(entry, "url");
    made.scope = text_field(entry, "scope");
    made.financing = text_field(entry, "financing");
    made.access = access_from(text_field(entry, "colombia"));
    made.for_any_topic = field(entry, "general") == true;
    made.funds = bilingual_from(field(entry, "funds"));
    made.applicants = bilingual_from(field(entry, "applicants"));
    made.keywords = texts_of(field(entry, "keywords"));
    for (const agent::Json& month : field(entry, "months")) made.months.push_back(month.get<int>());
    made.date_checked = text_field(file, "date_checked");
    all.push_back(std::move(made));
  }
  return all;
}

}  // namespace ctm
