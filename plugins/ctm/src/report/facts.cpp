#include "report/facts.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <sstream>

#include "text/normalise.hpp"

namespace ctm {
namespace {

constexpr std::array<std::string_view, 20> kGoalWords{
    "objetivo",   "busca",     "aumentar", "reducir",      "mejorar",   "proporcionar", "promueve",
    "garantizar", "facilitar", "acelerar", "democratizar", "optimizar", "eliminar",     "aim",
    "goal",       "improve",   "reduce",   "increase",     "provide",   "accelerate"};
constexpr std::array<std::string_view, 7> kNeedWords{"financiacion", "requiere", "presupuesto", "inversion",
                                                     "funding",      "budget",   "requires"};

template <std::size_t Size>
bool mentions(const std::string& sentence, const std::array<std::string_view, Size>& words) {
  const std::string line = " " + text::fold(sentence) + " ";
  return std::any_of(words.begin(), words.end(), [&line](std::string_view word) {
    return line.find(" " + std::string(word) + " ") != std::string::npos;
  });
}

bool is_number(const std::string& token) {
  return std::any_of(token.begin(), token.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

std::string trimmed(std::string token) {
  const auto mark = [](char c) {
    return c == '.' || c == ',' || c == ';' || c == ':' || c == ')' || c == '(';
  };
  while (!token.empty() && mark(token.back())) token.pop_back();
  while (!token.empty() && mark(token.front())) token.erase(0, 1);
  return token;
}

// The words that lead to a percentage, up to five of the same clause: "reducir uso de agua en 40%".
std::string percentage_at(const std::vector<std::string>& tokens, std::size_t at) {
  constexpr std::size_t kWords = 5;
  std::string figure = trimmed(tokens[at]);
  for (std::size_t back = at; back > 0 && at - back < kWords; --back) {
    const std::string& word = tokens[back - 1];
    if (trimmed(word) != word) break;
    figure.insert(0, word + " ");
  }
  return figure;
}

// Counts with the word after them ("500 familias") and percentages.
std::vector<std::string> figures_in(const std::string& description) {
  constexpr std::size_t kMost = 6;
  std::vector<std::string> tokens;
  std::istringstream stream(description);
  for (std::string token; stream >> token;) tokens.push_back(token);
  std::vector<std::string> figures;
  for (std::size_t at = 0; at < tokens.size() && figures.size() < kMost; ++at) {
    if (!is_number(tokens[at])) continue;
    const std::string number = trimmed(tokens[at]);
    const bool ends_clause = tokens[at] != number;
    std::string figure = number;
    if (number.back() == '%') {
      figure = percentage_at(tokens, at);
    } else if (!ends_clause && at + 1 < tokens.size()) {
      figure += " " + trimmed(tokens[at + 1]);
    }
    if (std::find(figures.begin(), figures.end(), figure) == figures.end()) figures.push_back(figure);
  }
  return figures;
}

struct LayerRule {
  std::string_view es, en;
  std::array<std::string_view, 9> concepts;
};

constexpr std::array<LayerRule, 5> kLayers{{
    {"Infraestructura y equipos en campo",
     "Field infrastructure and equipment",
     {"solar", "renewable", "rural-power", "storage", "charging", "ev", "iot", "drones", "waste"}},
    {"Datos y dominio",
     "Data and domain",
     {"precision-ag", "agriculture", "diagnosis", "health", "coffee", "traceability", "transport",
      "smart-city", "water"}},
    {"Inteligencia y analítica",
     "Intelligence and analytics",
     {"ai", "language", "scoring", "adaptive", "", "", "", "", ""}},
    {"Confianza y transacciones",
     "Trust and transactions",
     {"blockchain", "finance", "inclusion", "", "", "", "", "", ""}},
    {"Experiencia de usuario y formación",
     "User experience and training",
     {"software", "ar", "gamification", "education", "stem", "telemedicine", "entrepreneurs", "community",
      ""}},
}};

std::vector<ProjectFacts::Layer> layers_of(const std::vector<const Concept*>& concepts, Language language) {
  std::vector<ProjectFacts::Layer> layers;
  for (const LayerRule& rule : kLayers) {
    std::string parts;
    for (const Concept* entry : concepts) {
      if (std::find(rule.concepts.begin(), rule.concepts.end(), entry->id) == rule.concepts.end()) continue;
      const auto& names = language == Language::kEnglish ? entry->en : entry->es;
      parts.append(parts.empty() ? "" : ", ").append(names.front());
    }
    if (!parts.empty())
      layers.push_back({std::string(language == Language::kEnglish ? rule.en : rule.es), parts});
  }
  return layers;
}

}  // namespace

ProjectFacts ProjectFacts::of(const Project& project, const Glossary& glossary, Language language) {
  constexpr std::size_t kMostSentences = 4;
  ProjectFacts facts;
  const std::vector<std::string> all = text::sentences(project.description);
  for (const std::string& sentence : all) {
    if (facts.opening.empty()) facts.opening = sentence;
    if (mentions(sentence, kNeedWords)) {
      if (facts.needs.size() < kMostSentences) facts.needs.push_back(sentence);
    } else if (mentions(sentence, kGoalWords) && facts.goals.size() < kMostSentences) {
      facts.goals.push_back(sentence);
    }
  }
  if (facts.opening.empty()) facts.opening = project.title;
  facts.figures = figures_in(project.description);
  facts.layers = layers_of(glossary.concepts_in(project.text()), language);
  return facts;
}

}  // namespace ctm
