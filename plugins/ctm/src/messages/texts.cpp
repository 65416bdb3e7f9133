#include "messages/texts.hpp"

#include "messages/languages.hpp"

namespace ctm {
namespace {

struct FinancingName {
  std::string_view kind, es, en;
};
constexpr std::array<FinancingName, 10> kFinancing{{
    {"grant", "subvención no reembolsable", "grant"},
    {"loan", "crédito", "loan"},
    {"tax", "beneficio tributario", "tax benefit"},
    {"prize", "premio", "prize"},
    {"equity", "inversión de capital", "equity"},
    {"equity-free", "capital sin participación", "equity-free capital"},
    {"technical", "asistencia técnica", "technical assistance"},
    {"in-kind", "aporte en especie", "in-kind support"},
    {"scholarship", "beca", "scholarship"},
    {"portal", "portal de convocatorias", "portal of calls"},
}};

constexpr std::array<std::string_view, 12> kMonthsEs{"enero",      "febrero", "marzo",     "abril",
                                                     "mayo",       "junio",   "julio",     "agosto",
                                                     "septiembre", "octubre", "noviembre", "diciembre"};
constexpr std::array<std::string_view, 12> kMonthsEn{"January",   "February", "March",    "April",
                                                     "May",       "June",     "July",     "August",
                                                     "September", "October",  "November", "December"};

}  // namespace

const Texts& texts(Language language) {
  return language == Language::kEnglish ? english_texts() : spanish_texts();
}

std::string fill(std::string_view pattern, const std::vector<std::string>& values) {
  std::string out;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const bool place = pattern[at] == '{' && at + 2 < pattern.size() && pattern[at + 2] == '}';
    const std::size_t index = place ? static_cast<std::size_t>(pattern[at + 1] - '0') : values.size();
    if (index < values.size()) {
      out += values[index];
      at += 2;
    } else {
      out += pattern[at];
    }
  }
  return out;
}

std::string financing_name(const std::string& kind, Language language) {
  for (const FinancingName& name : kFinancing) {
    if (kind == name.kind) return std::string(language == Language::kEnglish ? name.en : name.es);
  }
  if (kind == "mixed") return language == Language::kEnglish ? "mixed financing" : "financiación mixta";
  return kind;
}

std::string month_name(int month, Language language) {
  if (month < 1 || month > 12) return {};
  const auto at = static_cast<std::size_t>(month - 1);
  return std::string(language == Language::kEnglish ? kMonthsEn[at] : kMonthsEs[at]);
}

}  // namespace ctm
