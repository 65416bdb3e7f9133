#include "text/key_terms.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

#include "text/normalise.hpp"

namespace ctm::text {
namespace {

// Sorted, for binary search; the test of this file checks it.
constexpr std::array kStopWords{
    std::string_view{"a"},
    std::string_view{"able"},
    std::string_view{"about"},
    std::string_view{"acceso"},
    std::string_view{"acciones"},
    std::string_view{"actualmente"},
    std::string_view{"al"},
    std::string_view{"algun"},
    std::string_view{"all"},
    std::string_view{"also"},
    std::string_view{"an"},
    std::string_view{"and"},
    std::string_view{"ano"},
    std::string_view{"anos"},
    std::string_view{"are"},
    std::string_view{"area"},
    std::string_view{"areas"},
    std::string_view{"as"},
    std::string_view{"asi"},
    std::string_view{"at"},
    std::string_view{"be"},
    std::string_view{"been"},
    std::string_view{"busca"},
    std::string_view{"by"},
    std::string_view{"cada"},
    std::string_view{"can"},
    std::string_view{"como"},
    std::string_view{"con"},
    std::string_view{"constante"},
    std::string_view{"cual"},
    std::string_view{"cuando"},
    std::string_view{"de"},
    std::string_view{"del"},
    std::string_view{"desarrollo"},
    std::string_view{"desde"},
    std::string_view{"development"},
    std::string_view{"dirigida"},
    std::string_view{"dirigido"},
    std::string_view{"donde"},
    std::string_view{"dos"},
    std::string_view{"durante"},
    std::string_view{"each"},
    std::string_view{"el"},
    std::string_view{"ella"},
    std::string_view{"ellos"},
    std::string_view{"en"},
    std::string_view{"enfoque"},
    std::string_view{"entre"},
    std::string_view{"es"},
    std::string_view{"esta"},
    std::string_view{"este"},
    std::string_view{"estos"},
    std::string_view{"etc"},
    std::string_view{"financiacion"},
    std::string_view{"for"},
    std::string_view{"from"},
    std::string_view{"fue"},
    std::string_view{"gestion"},
    std::string_view{"ha"},
    std::string_view{"han"},
    std::string_view{"has"},
    std::string_view{"hasta"},
    std::string_view{"have"},
    std::string_view{"how"},
    std::string_view{"implementacion"},
    std::string_view{"in"},
    std::string_view{"incluida"},
    std::string_view{"incluye"},
    std::string_view{"into"},
    std::string_view{"is"},
    std::string_view{"it"},
    std::string_view{"its"},
    std::string_view{"la"},
    std::string_view{"las"},
    std::string_view{"le"},
    std::string_view{"les"},
    std::string_view{"lo"},
    std::string_view{"los"},
    std::string_view{"mas"},
    std::string_view{"may"},
    std::string_view{"mediante"},
    std::string_view{"mejorar"},
    std::string_view{"more"},
    std::string_view{"muy"},
    std::string_view{"new"},
    std::string_view{"no"},
    std::string_view{"not"},
    std::string_view{"o"},
    std::string_view{"objetivo"},
    std::string_view{"of"},
    std::string_view{"on"},
    std::string_view{"or"},
    std::string_view{"otro"},
    std::string_view{"otros"},
    std::string_view{"our"},
    std::string_view{"para"},
    std::string_view{"pero"},
    std::string_view{"por"},
    std::string_view{"porque"},
    std::string_view{"principales"},
    std::string_view{"project"},
    std::string_view{"proyecto"},
    std::string_view{"proyectos"},
    std::string_view{"que"},
    std::string_view{"reducir"},
    std::string_view{"requiere"},
    std::string_view{"se"},
    std::string_view{"ser"},
    std::string_view{"si"},
    std::string_view{"sin"},
    std::string_view{"sistema"},
    std::string_view{"sistemas"},
    std::string_view{"sobre"},
    std::string_view{"solo"},
    std::string_view{"son"},
    std::string_view{"su"},
    std::string_view{"such"},
    std::string_view{"sus"},
    std::string_view{"system"},
    std::string_view{"tambien"},
    std::string_view{"that"},
    std::string_view{"the"},
    std::string_view{"their"},
    std::string_view{"these"},
    std::string_view{"this"},
    std::string_view{"through"},
    std::string_view{"tiempo"},
    std::string_view{"tienen"},
    std::string_view{"to"},
    std::string_view{"todo"},
    std::string_view{"todos"},
    std::string_view{"traves"},
    std::string_view{"un"},
    std::string_view{"una"},
    std::string_view{"uno"},
    std::string_view{"unos"},
    std::string_view{"used"},
    std::string_view{"using"},
    std::string_view{"uso"},
    std::string_view{"utiliza"},
    std::string_view{"was"},
    std::string_view{"we"},
    std::string_view{"which"},
    std::string_view{"will"},
    std::string_view{"with"},
    std::string_view{"y"},
    std::string_view{"ya"},
};

constexpr bool sorted() {
  for (std::size_t at = 1; at < kStopWords.size(); ++at) {
    if (!(kStopWords[at - 1] < kStopWords[at])) return false;
  }
  return true;
}
static_assert(sorted(), "binary search needs it");

bool is_number(const std::string& word) {
  return word.find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

bool is_stop_word(std::string_view folded_word) {
  return std::binary_search(kStopWords.begin(), kStopWords.end(), folded_word);
}

std::vector<Term> key_terms(std::string_view text, std::size_t limit) {
  std::vector<Term> terms;
  std::unordered_map<std::string, std::size_t> place;
  for (std::string& word : words(text)) {
    if (word.size() < 3 || is_stop_word(word) || is_number(word)) continue;
    std::string root = stem(word);
    const auto [at, fresh] = place.emplace(root, terms.size());
    if (fresh) terms.push_back({std::move(word), std::move(root), 0});
    ++terms[at->second].count;
  }
  std::stable_sort(terms.begin(), terms.end(),
                   [](const Term& a, const Term& b) { return a.count > b.count; });
  if (terms.size() > limit) terms.resize(limit);
  return terms;
}

}  // namespace ctm::text
