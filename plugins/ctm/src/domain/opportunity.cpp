#include "domain/opportunity.hpp"

#include "domain/json_fields.hpp"

namespace ctm {

std::string to_string(CallStatus status) {
  switch (status) {
    case CallStatus::kOpen:
      return "open";
    case CallStatus::kForthcoming:
      return "forthcoming";
    case CallStatus::kUnknown:
      break;
  }
  return "unknown";
}

CallStatus call_status_from(const std::string& text) {
  if (text == "open") return CallStatus::kOpen;
  return text == "forthcoming" ? CallStatus::kForthcoming : CallStatus::kUnknown;
}

agent::Json to_json(const Opportunity& opportunity) {
  agent::Json evidence = agent::Json::array();
  for (const Evidence& fact : opportunity.evidence) {
    evidence.push_back({{"field", fact.field},
                        {"quote", fact.quote},
                        {"url", fact.url},
                        {"retrieved_at", fact.retrieved_at}});
  }
  return {{"id", opportunity.id},
          {"title", opportunity.title},
          {"origin", opportunity.origin},
          {"description", opportunity.description},
          {"financing_type", opportunity.financing_type},
          {"main_requirements", opportunity.main_requirements},
          {"application_deadline", opportunity.application_deadline},
          {"opportunity_url", opportunity.opportunity_url},
          {"official_code", opportunity.official_code},
          {"amount", opportunity.amount},
          {"currency", opportunity.currency},
          {"status", to_string(opportunity.status)},
          {"eligibility", opportunity.eligibility},
          {"date_checked", opportunity.date_checked},
          {"source", opportunity.source},
          {"fit", {{"score", opportunity.fit.score}, {"reasons", opportunity.fit.reasons}}},
          {"evidence", std::move(evidence)}};
}

Opportunity opportunity_from(const agent::Json& json) {
  Opportunity made;
  made.id = text_field(json, "id");
  made.title = text_field(json, "title");
  made.origin = text_field(json, "origin");
  made.description = text_field(json, "description");
  made.financing_type = text_field(json, "financing_type");
  made.main_requirements = texts_of(field(json, "main_requirements"));
  made.application_deadline = text_field(json, "application_deadline");
  made.opportunity_url = text_field(json, "opportunity_url");
  made.official_code = text_field(json, "official_code");
  made.amount = text_field(json, "amount");
  made.currency = text_field(json, "currency");
  made.status = call_status_from(text_field(json, "status"));
  made.eligibility = text_field(json, "eligibility");
  made.date_checked = text_field(json, "date_checked");
  made.source = text_field(json, "source");
  const agent::Json& fit = field(json, "fit");
  if (const agent::Json& score = field(fit, "score"); score.is_number()) made.fit.score = score.get<double>();
  made.fit.reasons = texts_of(field(fit, "reasons"));
  if (const agent::Json& evidence = field(json, "evidence"); evidence.is_array()) {
    for (const agent::Json& fact : evidence) {
      made.evidence.push_back({text_field(fact, "field"), text_field(fact, "quote"), text_field(fact, "url"),
                               text_field(fact, "retrieved_at")});
    }
  }
  return made;
}

std::vector<Opportunity> opportunities_from(const agent::Json& list) {
  std::vector<Opportunity> all;
  if (!list.is_array()) return all;
  for (const agent::Json& element : list) {
    if (element.is_object()) all.push_back(opportunity_from(element));
  }
  return all;
}

}  // namespace ctm
