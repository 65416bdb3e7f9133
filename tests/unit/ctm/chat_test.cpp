#include "chat/answer.hpp"

#include <gtest/gtest.h>

#include "messages/texts.hpp"

namespace {

using namespace ctm;

TEST(CtmChat, EndsOnTheEndWordsOnly) {
  for (const char* word : {"end", "FIN", "Finalizar", " salir ", "EXIT", "fin."})
    EXPECT_TRUE(is_end_word(word)) << word;
  for (const char* word : {"", "final", "the end", "¿cuál es el fin del proyecto?"})
    EXPECT_FALSE(is_end_word(word)) << word;
}

Dossier dossier() {
  Dossier made;
  made.project = {"Solar rural", "Paneles para 500 familias.", ""};
  made.language = Language::kSpanish;
  Opportunity a;
  a.title = "Fondo A";
  a.origin = "Org A";
  a.opportunity_url = "https://a.org/call";
  a.eligibility = "Universidades";
  a.financing_type = "subvención";
  a.fit = {0.4, {"Comparte los temas: energía"}};
  Opportunity b = a;
  b.title = "Fondo B";
  b.origin = "Org B";
  b.opportunity_url = "https://b.org/call";
  b.application_deadline = "2026-06-30";
  b.amount = "50000";
  b.currency = "USD";
  b.fit.score = 0.9;
  made.calls = {a, b};
  Paper paper;
  paper.title = "Decentralized energy systems";
  paper.content = "Micro-grids and batteries give access.";
  paper.url = "https://doi.org/10.1/x";
  made.papers = {paper};
  return made;
}

std::string ask(const std::string& question, const std::string& report = {}) {
  return answer_from(dossier(), report, question);
}

TEST(CtmChat, NamesTheBestCallWithItsCitation) {
  const std::string answer = ask("¿Cuál es la mejor convocatoria?");
  EXPECT_NE(answer.find("Fondo B"), std::string::npos);
  EXPECT_NE(answer.find("[2]"), std::string::npos);
  EXPECT_NE(answer.find("https://b.org/call"), std::string::npos);
}

TEST(CtmChat, AnswersDeadlinesWithoutInventingOne) {
  const std::string answer = ask("¿Qué plazo tienen?");
  EXPECT_NE(answer.find("Fondo A: sin fecha de cierre verificada"), std::string::npos);
  EXPECT_NE(answer.find("2026-06-30"), std::string::npos);
  EXPECT_EQ(ask("plazo de Fondo B").find("Fondo A"), std::string::npos);
}

TEST(CtmChat, AnswersRequirementsBudgetPapersAndSummary) {
  EXPECT_NE(ask("requisitos").find("Universidades [1]"), std::string::npos);
  EXPECT_NE(ask("presupuesto").find("50000 USD [2]"), std::string::npos);
  EXPECT_NE(ask("¿qué literatura hay?").find("[3]"), std::string::npos);
  EXPECT_NE(ask("resumen").find("500 familias"), std::string::npos);
}

TEST(CtmChat, QuotesTheReportsRecommendations) {
  const std::string report =
      "# T\n\n## Recomendaciones\n\n1. Mida [1]\n\n## Otra\n\nx\n\n### Hoja de ruta\n\n- Fase 1\n\n## Fin\n";
  const std::string answer = ask("recomendaciones", report);
  EXPECT_NE(answer.find("1. Mida [1]"), std::string::npos);
  EXPECT_NE(answer.find("- Fase 1"), std::string::npos);
  EXPECT_EQ(answer.find("Otra"), std::string::npos);
}

TEST(CtmChat, FindsPassagesForOtherQuestions) {
  EXPECT_NE(ask("batteries micro-grids").find("[3]"), std::string::npos);
}

TEST(CtmChat, SaysWhatItCanAnswerWhenItDoesNotKnow) {
  const std::string answer = ask("¿quién ganó el mundial de fútbol?");
  EXPECT_NE(answer.find(texts(Language::kSpanish).topics[0]), std::string::npos);
  EXPECT_NE(ask("   ").find(texts(Language::kSpanish).topics[5]), std::string::npos);
}

TEST(CtmChat, HasNothingToSayWithoutCalls) {
  EXPECT_EQ(answer_from(Dossier{}, "", "mejor convocatoria"), texts(Language::kSpanish).no_opportunities);
}

}  // namespace
