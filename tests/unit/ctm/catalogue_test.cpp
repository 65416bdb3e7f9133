#include <gtest/gtest.h>

#include <set>

#include "catalogue/library.hpp"
#include "messages/texts.hpp"
#include "text/url.hpp"

namespace {

using namespace ctm;

TEST(CtmCatalogue, EveryProgrammeIsComplete) {
  const Library library;
  EXPECT_GE(library.programmes().size(), 45U);
  std::set<std::string> ids;
  const std::set<std::string> kinds{"grant",     "loan",    "tax",         "prize",  "equity", "equity-free",
                                    "technical", "in-kind", "scholarship", "portal", "mixed"};
  for (const Programme& programme : library.programmes()) {
    EXPECT_TRUE(ids.insert(programme.id).second) << programme.id << " twice";
    EXPECT_TRUE(text::is_web_url(programme.url)) << programme.id;
    EXPECT_EQ(programme.url.substr(0, 8), "https://") << programme.id;
    EXPECT_EQ(kinds.count(programme.financing), 1U) << programme.id << ": " << programme.financing;
    EXPECT_FALSE(programme.organisation.empty() || programme.name.empty()) << programme.id;
    EXPECT_FALSE(programme.funds.es.empty() || programme.funds.en.empty()) << programme.id;
    EXPECT_FALSE(programme.applicants.es.empty() || programme.applicants.en.empty()) << programme.id;
    EXPECT_GE(programme.keywords.size(), 4U) << programme.id;
    EXPECT_EQ(programme.date_checked, "not verified online");
    for (const int month : programme.months)
      EXPECT_NE(month_name(month, Language::kSpanish), "") << programme.id;
  }
}

TEST(CtmCatalogue, EveryPaperHasALinkAndBothLanguages) {
  const Library library;
  EXPECT_GE(library.papers().size(), 40U);
  std::set<std::string> titles;
  for (const BundledPaper& paper : library.papers()) {
    EXPECT_TRUE(titles.insert(paper.paper.title).second) << paper.paper.title;
    EXPECT_TRUE(text::is_web_url(paper.paper.url)) << paper.paper.title;
    EXPECT_TRUE(paper.paper.doi.empty() || paper.paper.doi.rfind("10.", 0) == 0) << paper.paper.doi;
    EXPECT_EQ(paper.paper.year.size(), 4U) << paper.paper.title;
    EXPECT_FALSE(paper.in(Language::kSpanish).content.empty());
    EXPECT_NE(paper.in(Language::kSpanish).lesson, paper.in(Language::kEnglish).lesson);
  }
}

TEST(CtmCatalogue, FindsByTopicInEitherLanguage) {
  const Library library;
  const auto es = library.find_programmes(library.expand("vehículos eléctricos y estaciones de carga"), 5);
  const auto en = library.find_programmes(library.expand("electric vehicles and charging stations"), 5);
  ASSERT_FALSE(es.empty());
  ASSERT_FALSE(en.empty());
  EXPECT_EQ(es.front()->id, en.front()->id);
}

TEST(CtmCatalogue, TellsMachineLearningFromLearning) {
  const Library library;
  const auto ids = [&library](const char* text) {
    std::set<std::string> found;
    for (const Concept* entry : library.glossary().concepts_in(text)) found.insert(entry->id);
    return found;
  };
  EXPECT_EQ(ids("Algoritmo de machine learning").count("education"), 0U);
  EXPECT_EQ(ids("Machine learning para el aprendizaje de estudiantes").count("education"), 1U);
  EXPECT_EQ(ids("Análisis de salud de cultivos").count("health"), 0U);
}

TEST(CtmCatalogue, TakesHostileQueriesAsWords) {
  const Library library;
  for (const std::string query : {"", "\" OR 1=1 --", "title: NEAR(a b)", "*", "'); DROP TABLE documents;--",
                                  "\xFF\xFE", "AND OR NOT"}) {
    EXPECT_NO_THROW((void)library.find_programmes(query, 5)) << query;
  }
  EXPECT_TRUE(library.find_programmes("", 5).empty());
  std::string endless(200'000, 'x');
  endless += " energía";
  EXPECT_NO_THROW((void)library.find_programmes(endless, 5));
}

}  // namespace
