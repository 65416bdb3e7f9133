// The words that say what a text is about. Pure functions, immutable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ctm::text {

struct Term {
  std::string word;  // as written, folded
  std::string root;
  int count = 0;
};

// Words that carry no topic, Spanish and English, among them those every project description uses.
[[nodiscard]] bool is_stop_word(std::string_view folded_word);

// The most frequent topic words, at most `limit`, ties in order of appearance.
[[nodiscard]] std::vector<Term> key_terms(std::string_view text, std::size_t limit);

}  // namespace ctm::text
