// Spanish and English text made comparable: case, accents, markup, word forms. Pure functions, immutable.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ctm::text {

// Lower case without accents; whatever is no letter or digit becomes one space. "Energía Solar!" -> "energia
// solar".
[[nodiscard]] std::string fold(std::string_view text);
// The words of the folded text.
[[nodiscard]] std::vector<std::string> words(std::string_view text);
// A word's common root for both languages: "paneles" and "panel" meet. Light: made for matching, not for
// reading.
[[nodiscard]] std::string stem(std::string word);
// The roots of all words, in order.
[[nodiscard]] std::vector<std::string> stems(std::string_view text);
// " root root root ": so that a phrase is found by find(" a b ").
[[nodiscard]] std::string stem_line(std::string_view text);
// Whether the phrase's words occur in the text one after another, whatever case, accents and punctuation.
[[nodiscard]] bool contains_words(std::string_view text, std::string_view phrase);

// Tags removed, common entities decoded, white space squeezed.
[[nodiscard]] std::string strip_markup(std::string_view html);
[[nodiscard]] std::string squeeze(std::string_view text);
// At most `bytes` bytes, cut at a character's border, with an ellipsis when cut.
[[nodiscard]] std::string shorten(std::string_view text, std::size_t bytes);
[[nodiscard]] std::vector<std::string> sentences(std::string_view text);
// For file names: "sistema-de-energia-solar".
[[nodiscard]] std::string slug(std::string_view text, std::size_t bytes);

}  // namespace ctm::text
