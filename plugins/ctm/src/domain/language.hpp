// Language: what the agent speaks to its user, and a text in both. Immutable.
#pragma once

#include <string>
#include <string_view>

namespace ctm {

enum class Language { kSpanish, kEnglish };

// "en" (any case, "en-US" too) is English; everything else is the agent's default, Spanish.
[[nodiscard]] inline Language language_from(std::string_view code) {
  const bool english =
      code.size() >= 2 && (code[0] == 'e' || code[0] == 'E') && (code[1] == 'n' || code[1] == 'N');
  return english ? Language::kEnglish : Language::kSpanish;
}

struct Bilingual {
  std::string es, en;
  [[nodiscard]] const std::string& in(Language language) const {
    return language == Language::kEnglish ? en : es;
  }
};

}  // namespace ctm
