// Candidate: an opportunity on its way to the list, with what ranking needs and the user does not see. A
// plain value.
#pragma once

#include <string>
#include <vector>

#include "catalogue/programme.hpp"
#include "domain/opportunity.hpp"

namespace ctm {

struct Candidate {
  Opportunity opportunity;
  ColombiaAccess access = ColombiaAccess::kToBeChecked;
  bool for_any_topic = false;
  std::string financing_kind;  // as in Programme::financing; empty = not known
  std::string topic_text;      // further words to compare with the project
  std::vector<int> months;
};

}  // namespace ctm
