// Programme: a real funding programme of the bundled catalogue. Facts only; deadlines are never among them,
// because a catalogue cannot know them. Immutable.
#pragma once

#include <agenthost/sdk/json.hpp>
#include <string>
#include <vector>

#include "domain/language.hpp"

namespace ctm {

// Whether an entity from Colombia can receive the money.
enum class ColombiaAccess { kYes, kAsPartner, kToBeChecked };

struct Programme {
  std::string id, organisation, name, url;
  std::string scope;      // national | regional | international
  std::string financing;  // grant | loan | tax | prize | equity | technical | ...
  ColombiaAccess access = ColombiaAccess::kToBeChecked;
  bool for_any_topic = false;
  Bilingual funds, applicants;
  std::vector<std::string> keywords;
  std::vector<int> months;  // in which its call usually is open; empty = not known
  std::string date_checked;

  [[nodiscard]] static std::vector<Programme> all_from(const agent::Json& file);
};

}  // namespace ctm
