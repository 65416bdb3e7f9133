// Reading a project's documents: text files of one allowed folder, bounded in number and size. Pure but for
// the reading; thread-safe; blocks.
#pragma once

#include <string>
#include <vector>

#include "domain/language.hpp"
#include "domain/settings.hpp"

namespace ctm {

struct Documents {
  std::string text;
  int read = 0;
  std::vector<std::string> notes;  // for the user, one per document that was not read
};

[[nodiscard]] Documents read_documents(const std::vector<std::string>& paths, const std::string& directory,
                                       Language language);

}  // namespace ctm
