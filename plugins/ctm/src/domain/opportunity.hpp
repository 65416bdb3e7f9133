// Opportunity: a way to fund the project, as the state and the user see it. A plain value.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <vector>

namespace ctm {

enum class CallStatus { kOpen, kForthcoming, kUnknown };

// Where a fact comes from: the words themselves and the page they stand on.
struct Evidence {
  std::string field;
  std::string quote;
  std::string url;
  std::string retrieved_at;
};

struct Fit {
  double score = 0;  // 0..1
  std::vector<std::string> reasons;
};

struct Opportunity {
  std::string id;
  std::string title;
  std::string origin;
  std::string description;
  std::string financing_type;
  std::vector<std::string> main_requirements;
  std::string application_deadline;  // YYYY-MM-DD, or empty when nobody verified one
  std::string opportunity_url;
  std::string official_code;  // the funder's own number of the call, when there is one
  std::string amount;
  std::string currency;
  CallStatus status = CallStatus::kUnknown;
  std::string eligibility;
  std::string date_checked;
  std::string source;
  Fit fit;
  std::vector<Evidence> evidence;
};

[[nodiscard]] std::string to_string(CallStatus status);
[[nodiscard]] CallStatus call_status_from(const std::string& text);

[[nodiscard]] agent::Json to_json(const Opportunity& opportunity);
[[nodiscard]] Opportunity opportunity_from(const agent::Json& json);
[[nodiscard]] std::vector<Opportunity> opportunities_from(const agent::Json& list);

}  // namespace ctm
