// The eight sample projects, from title to chat, with no network and no model: what every user gets by
// default.
#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "conversation.hpp"
#include "text/dates.hpp"
#include "text/url.hpp"

namespace {

using agent::Json;
using agent::testing::Outcome;

std::vector<Json> sample_projects() {
  std::ifstream file(CTM_SAMPLE_PROJECTS);
  return Json::parse(file).at("projects").get<std::vector<Json>>();
}

Json state_of(const Json& project) {
  return {{"project_title", project.at("title")}, {"project_description", project.at("description")}};
}

// A description about solar energy, for tests that need only one project.
Json solar() {
  return state_of(sample_projects().front());
}

class CtmOffline : public ::testing::TestWithParam<std::size_t> {};

TEST_P(CtmOffline, FindsFundsReadsAndReports) {
  const Json project = sample_projects().at(GetParam());
  Conversation talk(state_of(project));
  talk.run_to_report("0,1");
  ASSERT_TRUE(talk.failures.empty()) << talk.failures.front();

  const Json& calls = talk.state["investment_opportunities"];
  ASSERT_GE(calls.size(), 5U);
  std::set<std::string> ids;
  int deep_links = 0;
  for (const Json& call : calls) {
    SCOPED_TRACE(call.dump());
    EXPECT_TRUE(ids.insert(call["id"]).second);
    EXPECT_EQ(call["application_deadline"], "");
    EXPECT_EQ(call["status"], "unknown");
    EXPECT_GE(call["fit"]["reasons"].size(), 2U);
    EXPECT_FALSE(call["main_requirements"].empty());
    EXPECT_FALSE(call["evidence"].empty());
    deep_links += ctm::text::is_deep_link(call["opportunity_url"].get<std::string>()) ? 1 : 0;
  }
  EXPECT_GE(deep_links, 5);
  const Json& papers = talk.state["academic_papers"];
  ASSERT_GE(papers.size(), 3U);
  EXPECT_EQ(talk.state["selected_opportunities"].size(), 2U);

  const std::string report = talk.state["improvement_report"];
  for (const Json& call : talk.state["selected_opportunities"]) {
    EXPECT_NE(report.find(call["title"].get<std::string>()), std::string::npos);
    EXPECT_NE(report.find(call["opportunity_url"].get<std::string>()), std::string::npos);
  }
  for (const char* expected :
       {"sin conexión", "## Recomendaciones", "### Visión", "### Objetivos estratégicos",
        "### Arquitectura técnica", "### Innovaciones clave", "### Beneficios esperados", "### Hoja de ruta",
        "[1]", "[2]", "[3]", "## Referencias"}) {
    EXPECT_NE(report.find(expected), std::string::npos) << expected;
  }
  const Json& file = talk.state["report_files"][0];
  EXPECT_EQ(file["media_type"], "text/markdown");
  EXPECT_EQ(file["content"], report);
}

INSTANTIATE_TEST_SUITE_P(SampleProjects, CtmOffline, ::testing::Range(std::size_t{0}, std::size_t{8}));

TEST(CtmOfflineGraph, IsTheSpecifiedOne) {
  Conversation talk(Json::object());
  const Json described = talk.host.describe();
  const Json& graph = described.at("graphs").at(0);
  EXPECT_EQ(graph.at("graph_id"), "agent");
  EXPECT_EQ(graph.at("name"), "CTM Investment Agent");
  EXPECT_EQ(graph.at("nodes").size(), 7U);
  EXPECT_EQ(graph.at("resumes_on_input"), true);
  EXPECT_EQ(talk.host.route("agent", "continue_chat", {{"chat_done", true}}),
            agent::Json::array({"__end__"}));
  EXPECT_EQ(talk.host.route("agent", "continue_chat", {{"chat_done", false}}),
            agent::Json::array({"chat_responder"}));
}

TEST(CtmOfflineIngest, RefusesAnEmptyProjectInTheUsersLanguage) {
  Conversation talk(Json{{"project_title", "  "}});
  const Outcome spanish = talk.step("ingest_info");
  EXPECT_EQ(spanish.kind, Outcome::Kind::kFailed);
  EXPECT_EQ(spanish.error_kind, "ValueError");
  EXPECT_NE(spanish.error_text.find("Falta el proyecto"), std::string::npos);
  const Outcome english = talk.step("ingest_info", {}, {{"configurable", {{"language", "en"}}}});
  EXPECT_NE(english.error_text.find("The project is missing"), std::string::npos);
}

TEST(CtmOfflineIngest, ForgetsTheThreadsEarlierProject) {
  Json state = solar();
  state["chat_done"] = true;
  state["improvement_report"] = "old";
  state["academic_papers"] = {{{"title", "old"}}};
  Conversation talk(state);
  ASSERT_TRUE(talk.step("ingest_info").ok());
  EXPECT_EQ(talk.state["chat_done"], false);
  EXPECT_EQ(talk.state["improvement_report"], "");
  EXPECT_TRUE(talk.state["academic_papers"].empty());
}

TEST(CtmOfflineIngest, TakesALongFirstMessageAsTheProject) {
  const std::string said = "Queremos paneles solares para escuelas rurales del Chocó. Serían 40 escuelas.";
  Conversation talk(Json{{"messages", {{{"type", "human"}, {"content", said}}}}});
  ASSERT_TRUE(talk.step("ingest_info").ok());
  EXPECT_EQ(talk.state["project_description"], said);
  EXPECT_EQ(talk.state["project_title"], "Queremos paneles solares para escuelas rurales del Chocó.");
}

TEST(CtmOfflineSelect, AsksWithIndexedOpportunitiesAndResumes) {
  Conversation talk(solar());
  ASSERT_TRUE(talk.step("ingest_info").ok());
  const Outcome research = talk.step("research_opportunities");
  ASSERT_TRUE(research.ok());
  ASSERT_FALSE(research.events.empty());
  for (const char* key : {"stage", "done", "total", "message"})
    EXPECT_TRUE(research.events[0].contains(key)) << key;

  const Outcome asked = talk.step("select_opportunities");
  ASSERT_EQ(asked.kind, Outcome::Kind::kInterrupted);
  EXPECT_EQ(asked.interrupt["total_opportunities"], talk.state["investment_opportunities"].size());
  EXPECT_EQ(asked.interrupt["opportunities"][1]["index"], 1);
  EXPECT_TRUE(asked.interrupt["opportunities"][0].contains("opportunity_url"));
  EXPECT_FALSE(asked.interrupt["instruction"].get<std::string>().empty());

  ASSERT_TRUE(talk.step("select_opportunities", {Json::array({1, 99})}).ok());
  EXPECT_EQ(talk.state["user_selection"], Json::array({1, 99}));
  const Outcome processed = talk.step("process_selection");
  ASSERT_TRUE(processed.ok());
  EXPECT_EQ(talk.state["selected_opportunities"].size(), 1U);
  EXPECT_TRUE(talk.state["user_selection"].is_null());
  EXPECT_NE(processed.update["messages"][0]["content"].get<std::string>().find("99"), std::string::npos);
}

TEST(CtmOfflineSelect, GoesOnWithNoneWhenNothingWasFound) {
  Conversation talk(Json{{"investment_opportunities", Json::array()}});
  const Outcome outcome = talk.step("select_opportunities");
  ASSERT_TRUE(outcome.ok());
  EXPECT_EQ(talk.state["user_selection"], "none");
}

TEST(CtmOfflineReport, StandsWithoutSelectionAndSaysSo) {
  Conversation talk(solar());
  talk.run_to_report("none");
  ASSERT_TRUE(talk.failures.empty()) << talk.failures.front();
  EXPECT_TRUE(talk.state["academic_papers"].empty());
  const std::string report = talk.state["improvement_report"];
  EXPECT_NE(report.find("No se eligió ninguna convocatoria"), std::string::npos);
  EXPECT_NE(report.find("No hay artículos académicos"), std::string::npos);
  EXPECT_NE(report.find("3. "), std::string::npos);
}

TEST(CtmOfflineReport, StreamsWhatItFinallySaysUnderOneStableId) {
  Conversation talk(solar());
  talk.run_to_report("all");
  Conversation again(talk.state);
  const Json config{{"task_id", "ignored"}};
  const Outcome outcome = again.step("generate_report", {}, config);
  ASSERT_TRUE(outcome.ok());
  std::string streamed;
  for (const Json& chunk : outcome.chunks) {
    EXPECT_EQ(chunk["id"], "ctm-task-generate_report0-report");
    streamed += chunk["content"].get<std::string>();
  }
  EXPECT_EQ(streamed, outcome.update["improvement_report"]);
  EXPECT_EQ(outcome.update["messages"][0]["id"], "ctm-task-generate_report0-report");
  EXPECT_GT(outcome.chunks.size(), 10U);
}

TEST(CtmOfflineReport, SpeaksEnglishWhenAsked) {
  Conversation talk(solar());
  talk.host.set_plugin_config({{"language", "en"}});
  talk.run_to_report(Json::array({0}));
  const std::string report = talk.state["improvement_report"];
  EXPECT_NE(report.find("## Recommendations"), std::string::npos);
  EXPECT_NE(report.find("**offline**"), std::string::npos);
  EXPECT_EQ(talk.state["report_files"][0]["name"],
            "report-sistema-de-energia-solar-para-comunidades-rurales.md");
}

TEST(CtmOfflineChat, AsksAnswersLoopsAndEnds) {
  Conversation talk(solar());
  talk.run_to_report("0");
  const Outcome asked = talk.step("chat_responder");
  ASSERT_EQ(asked.kind, Outcome::Kind::kInterrupted);
  EXPECT_EQ(asked.interrupt["status"], "ready");
  EXPECT_EQ(asked.interrupt["topics"].size(), 6U);

  for (const Json& question :
       {Json("¿Cuál es la mejor convocatoria?"), Json{{"question", "mejor convocatoria"}},
        Json{{"text", "mejor convocatoria"}},
        Json{{"messages", {{{"role", "user"}, {"content", "mejor convocatoria"}, {"id", "m1"}}}}}}) {
    const Outcome answered = talk.step("chat_responder", {question});
    ASSERT_TRUE(answered.ok()) << answered.error_text;
    EXPECT_EQ(answered.update["chat_done"], false);
    ASSERT_EQ(answered.update["messages"].size(), 2U);
    EXPECT_EQ(answered.update["messages"][0]["type"], "human");
    EXPECT_NE(answered.update["messages"][1]["content"].get<std::string>().find("[1]"), std::string::npos);
  }
  const Outcome bye = talk.step("chat_responder", {"FIN"});
  ASSERT_TRUE(bye.ok());
  EXPECT_EQ(bye.update["chat_done"], true);
}

}  // namespace
