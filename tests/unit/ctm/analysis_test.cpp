#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/catalogue_calls.hpp"
#include "analysis/dedupe.hpp"
#include "analysis/fit.hpp"
#include "analysis/hit_reading.hpp"
#include "analysis/search_ideas.hpp"
#include "report/dossier.hpp"

namespace {

using namespace ctm;

const ReadingContext kContext{"2026-03-01", "2026-03-01", Language::kSpanish};

Candidate call(std::string title, std::string url, std::string code = {}, std::string deadline = {}) {
  Candidate candidate;
  candidate.opportunity.id = title + url;
  candidate.opportunity.title = std::move(title);
  candidate.opportunity.opportunity_url = std::move(url);
  candidate.opportunity.official_code = std::move(code);
  candidate.opportunity.application_deadline = std::move(deadline);
  return candidate;
}

TEST(CtmDedupe, JoinsByCodeThenUrlThenTitleAndKeepsTheBetterKnown) {
  const auto kept = without_duplicates(std::vector<Candidate>{
      call("Convocatoria 950", "https://a.org/1", "950"),
      call("La 950", "https://b.org/2", "950", "2026-06-30"), call("Solar", "https://www.c.test/x/"),
      call("Otra", "http://c.test/x"), call("Énergía", "https://d.org"), call("energia", "https://e.org"),
      call("Distinta", "https://a.org/1", "951")});
  ASSERT_EQ(kept.size(), 4U);
  EXPECT_EQ(kept[0].opportunity.application_deadline, "2026-06-30");
  EXPECT_EQ(kept[1].opportunity.title, "Solar");
  EXPECT_EQ(kept[2].opportunity.title, "Énergía");
  EXPECT_EQ(kept[3].opportunity.official_code, "951");
}

TEST(CtmDedupe, DoesNotJoinCallsThatOnlyShareAFrontPage) {
  EXPECT_EQ(
      without_duplicates(std::vector<Candidate>{call("A", "https://x.org/"), call("B", "https://x.org")})
          .size(),
      2U);
}

TEST(CtmDedupe, JoinsPapersByDoiAndTitle) {
  Paper a{.title = "Deep Learning",
          .url = {},
          .content = {},
          .source = {},
          .authors = {},
          .year = {},
          .venue = {},
          .doi = "10.1/X",
          .lesson = {}};
  Paper b = a;
  b.title = "Another title";
  b.doi = "10.1/x";
  Paper c = a;
  c.doi = "";
  c.title = "deep learning";
  EXPECT_EQ(without_duplicates(std::vector<Paper>{a, b, c}).size(), 1U);
}

class CtmFit : public ::testing::Test {
 protected:
  const Library library_;
  const Project solar_{"Energía solar rural", "Paneles solares para comunidades rurales sin electricidad.",
                       ""};
};

TEST_F(CtmFit, RanksTheSameWhateverTheOrderOfArrival) {
  const ProjectProfile profile = ProjectProfile::of(solar_, library_.glossary());
  std::vector<Candidate> candidates = catalogue_calls(library_, solar_, Language::kSpanish, 40);
  ASSERT_GT(candidates.size(), 10U);
  const auto first = ranked(candidates, profile, Language::kSpanish, 12);
  std::reverse(candidates.begin(), candidates.end());
  const auto second = ranked(candidates, profile, Language::kSpanish, 12);
  ASSERT_EQ(first.size(), 12U);
  for (std::size_t at = 0; at < first.size(); ++at) {
    EXPECT_EQ(first[at].id, second[at].id);
    EXPECT_GE(first[at].fit.score, 0);
    EXPECT_LE(first[at].fit.score, 1);
    EXPECT_FALSE(first[at].fit.reasons.empty());
    if (at > 0) {
      EXPECT_LE(first[at].fit.score, first[at - 1].fit.score);
    }
  }
}

TEST_F(CtmFit, PrefersTheSharedTopicAndDropsTheForeignOne) {
  Candidate near = call("Fondo de energía solar para zonas rurales", "https://a.org/1");
  Candidate far = call("Premio de danza contemporánea", "https://a.org/2");
  const auto list =
      ranked({far, near}, ProjectProfile::of(solar_, library_.glossary()), Language::kSpanish, 5);
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].title, near.opportunity.title);
}

TEST(CtmReading, ByRuleFindsTheDeadlineAndItsQuote) {
  const SearchHit hit{"Convocatoria energía", "https://x.gov.co/c/1",
                      "Financiación para Colombia. Fecha límite: 30 de junio de 2026.", "", "tavily"};
  const HitReading reading = read_by_rule(hit, kContext);
  EXPECT_EQ(reading.kind, HitKind::kDirectOpportunity);
  ASSERT_EQ(reading.candidates.size(), 1U);
  const Opportunity& found = reading.candidates[0].opportunity;
  EXPECT_EQ(found.application_deadline, "2026-06-30");
  EXPECT_EQ(found.status, CallStatus::kOpen);
  EXPECT_EQ(found.evidence.back().field, "application_deadline");
  EXPECT_TRUE(is_current(found, kContext.today));
  EXPECT_FALSE(is_current(found, "2026-06-30"));
  EXPECT_EQ(reading.candidates[0].access, ColombiaAccess::kYes);
}

TEST(CtmReading, ByRuleLeavesNewsAlone) {
  EXPECT_EQ(read_by_rule({"El clima hoy", "https://x.org/a", "Lloverá", "", "t"}, kContext).kind,
            HitKind::kNotRelevant);
  const HitReading closed =
      read_by_rule({"Convocatoria 1", "https://x.org/a", "Está cerrada", "", "t"}, kContext);
  ASSERT_EQ(closed.candidates.size(), 1U);
  EXPECT_FALSE(is_current(closed.candidates[0].opportunity, kContext.today));
}

const SearchHit kPage{"Open call", "https://x.org/list",
                      "Deadline: June 30, 2026. Grants up to USD 50,000. See "
                      "https://x.org/call/7",
                      "", "brave"};

agent::Json model_answer(agent::Json call_fields) {
  agent::Json entry{{"title", "Solar call"},
                    {"origin", "X"},
                    {"description", "Funds solar"},
                    {"application_deadline", ""},
                    {"status", "unknown"}};
  entry.update(call_fields);
  return {{"category", "Direct Funding Opportunity"}, {"opportunities", {entry}}};
}

TEST(CtmReading, BelievesTheModelWhenThePageProvesIt) {
  const HitReading reading = reading_from(model_answer({{"application_deadline", "2026-06-30"},
                                                        {"deadline_quote", "Deadline: June 30, 2026"},
                                                        {"amount", "50000"},
                                                        {"currency", "USD"},
                                                        {"amount_quote", "up to USD 50,000"},
                                                        {"url", "https://x.org/call/7"},
                                                        {"colombia", "yes"}}),
                                          kPage, kContext);
  ASSERT_EQ(reading.candidates.size(), 1U);
  const Opportunity& found = reading.candidates[0].opportunity;
  EXPECT_EQ(found.application_deadline, "2026-06-30");
  EXPECT_EQ(found.amount, "50000");
  EXPECT_EQ(found.opportunity_url, "https://x.org/call/7");
  EXPECT_EQ(found.status, CallStatus::kOpen);
}

TEST(CtmReading, DropsWhatTheModelInvents) {
  const HitReading reading = reading_from(model_answer({{"application_deadline", "2026-12-31"},
                                                        {"deadline_quote", "Deadline: June 30, 2026"},
                                                        {"amount", "9"},
                                                        {"amount_quote", "nine million"},
                                                        {"url", "https://evil.example/phish"},
                                                        {"status", "open"},
                                                        {"status_quote", "applications are open"}}),
                                          kPage, kContext);
  ASSERT_EQ(reading.candidates.size(), 1U);
  const Opportunity& found = reading.candidates[0].opportunity;
  EXPECT_EQ(found.application_deadline, "");
  EXPECT_EQ(found.amount, "");
  EXPECT_EQ(found.status, CallStatus::kUnknown);
  EXPECT_EQ(found.opportunity_url, kPage.url);
}

TEST(CtmReading, SurvivesAnswersOfAnyShape) {
  for (const agent::Json& answer :
       {agent::Json(), agent::Json(7), agent::Json::object(),
        agent::Json{{"category", 7}, {"opportunities", "x"}},
        agent::Json{{"category", "Funding Source Portal"}, {"opportunities", {7, nullptr}}}}) {
    EXPECT_TRUE(reading_from(answer, kPage, kContext).candidates.empty());
  }
}

TEST(CtmIdeas, AreFiveInBothLanguagesWithoutAModel) {
  const Library library;
  const Project project{"Telemedicina con IA",
                        "Diagnóstico de diabetes con deep learning en zonas remotas, con software.", ""};
  const auto ideas = ideas_by_rule(ProjectProfile::of(project, library.glossary()), "2026-03-01");
  ASSERT_EQ(ideas.size(), kSearchIdeas);
  for (const SearchIdea& idea : ideas) {
    EXPECT_NE(idea.national.find("Colombia 2026"), std::string::npos);
    EXPECT_NE(idea.international.find("grant"), std::string::npos);
  }
}

TEST(CtmIdeas, TakeOnlyUsableOnesFromTheModel) {
  EXPECT_TRUE(ideas_from(agent::Json{{"ideas", "x"}}).empty());
  const auto ideas =
      ideas_from({{"ideas", {{{"international", "a"}, {"national", "b"}}, {{"national", ""}}, 7}}});
  ASSERT_EQ(ideas.size(), 1U);
  EXPECT_EQ(ideas[0].national, "b");
}

TEST(CtmCitations, ThatCiteNothingAreRemoved) {
  EXPECT_EQ(without_false_citations("A [1], b [9] and [x](y) [0].", 2), "A [1], b and [x](y).");
}

}  // namespace
