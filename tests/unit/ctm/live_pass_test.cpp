// With web sources and with a language model, each alone and both together: answers in the documented
// formats, no network.
#include <gtest/gtest.h>

#include <algorithm>

#include "conversation.hpp"

namespace {

using agent::Code;
using agent::Error;
using agent::HttpRequest;
using agent::HttpResponse;
using agent::Json;
using agent::LlmAnswer;
using agent::testing::Outcome;

// 2026-03-01T12:00:00Z
constexpr auto kNow = std::chrono::system_clock::time_point(std::chrono::seconds(1'772'366'400));

Json project() {
  return {{"project_title", "Energía solar rural"},
          {"project_description", "Paneles solares y baterías para comunidades rurales sin electricidad."}};
}

const char* const kTavily = R"json({"results":[
 {"title":"Convocatoria energía solar 2026","url":"https://minciencias.gov.co/convocatorias/950",
  "content":"Financiación en Colombia para energía solar. Fecha límite: 30 de junio de 2026."},
 {"title":"Convocatoria solar 2024","url":"https://x.gov.co/c/2","content":"Energía solar. Cierre: 1 de marzo de 2024."},
 {"title":"Recetas de cocina","url":"https://x.org/r","content":"Arroz"}]})json";
const char* const kBrave = R"json({"web":{"results":[{"title":"Convocatoria energía solar 2026 (copia)",
                  "url" : "https://www.minciencias.gov.co/convocatorias/950/?utm_source=x",
                  "description" : "Convocatoria abierta de energía solar en Colombia"
}]
}
})json";

HttpResponse web(const HttpRequest& request) {
  if (request.service == "tavily") return {.status = 200, .body = kTavily};
  if (request.service == "brave") return {.status = 200, .body = kBrave};
  if (request.service == "arxiv") {
    return {.status = 200,
            .body =
                "<feed><entry><id>http://arxiv.org/abs/1</id><title>Solar energy in rural communities</title>"
                "<summary>Photovoltaic.</summary></entry></feed>"};
  }
  if (request.service == "semantic_scholar") return {.status = 429, .body = "{}"};
  throw Error(Code::kDenied, "no such service");
}

Json health(const Json& state, const std::string& name) {
  for (const Json& source : state["sources"]) {
    if (source["name"] == name) return source;
  }
  return {};
}

const Json* find_call(const Json& state, const std::string& url) {
  for (const Json& call : state["investment_opportunities"]) {
    if (call["opportunity_url"] == url) return &call;
  }
  return nullptr;
}

TEST(CtmLive, WorksWithWebSourcesAndNoModel) {
  Conversation talk(project());
  talk.host.set_now(kNow);
  talk.host.set_services({"tavily", "brave", "arxiv", "semantic_scholar"});
  talk.host.on_http(web);
  talk.run_to_report("0");
  ASSERT_TRUE(talk.failures.empty()) << talk.failures.front();

  const Json* call = find_call(talk.state, "https://minciencias.gov.co/convocatorias/950");
  ASSERT_NE(call, nullptr) << talk.state["investment_opportunities"].dump(1);
  EXPECT_EQ((*call)["application_deadline"], "2026-06-30");
  EXPECT_EQ((*call)["status"], "open");
  EXPECT_EQ((*call)["date_checked"], "2026-03-01");
  EXPECT_NE((*call)["evidence"].dump().find("Fecha límite: 30 de junio de 2026."), std::string::npos);
  EXPECT_EQ(find_call(talk.state, "https://x.gov.co/c/2"), nullptr) << "it closed in 2024";
  EXPECT_EQ(find_call(talk.state, "https://x.org/r"), nullptr) << "not about funding";
  EXPECT_EQ(health(talk.state, "tavily")["status"], "ok");
  EXPECT_EQ(health(talk.state, "Arxiv")["status"], "ok");
  EXPECT_EQ(health(talk.state, "Semantic Scholar")["status"], "failed");
  EXPECT_EQ(health(talk.state, "Semantic Scholar")["message"], "HTTP 429");
  ASSERT_EQ(talk.state["academic_papers"].size(), 1U);
  EXPECT_EQ(talk.state["improvement_report"].get<std::string>().find("sin conexión"), std::string::npos);
}

TEST(CtmLive, ASourceThatFailsCostsOnlyItself) {
  Conversation talk(project());
  talk.host.set_now(kNow);
  talk.host.set_services({"tavily", "brave"});
  talk.host.on_http([](const HttpRequest& request) -> HttpResponse {
    if (request.service == "tavily") throw Error(Code::kUnavailable, "connection refused");
    return {.status = 200, .body = "<html>surprise</html>"};
  });
  ASSERT_TRUE(talk.step("ingest_info").ok());
  const Outcome research = talk.step("research_opportunities");
  ASSERT_TRUE(research.ok()) << research.error_text;
  EXPECT_GE(talk.state["investment_opportunities"].size(), 5U);
  EXPECT_NE(health(talk.state, "tavily")["message"].get<std::string>().find("connection refused"),
            std::string::npos);
  EXPECT_EQ(health(talk.state, "brave")["status"], "failed");
  EXPECT_NE(research.update["messages"][0]["content"].get<std::string>().find("tavily, brave"),
            std::string::npos);
}

TEST(CtmLive, ReadsConfiguredFeeds) {
  Conversation talk(project());
  talk.host.set_now(kNow);
  talk.host.set_services({});
  talk.host.set_plugin_config(
      {{"feeds", {{{"name", "MinCiencias"}, {"url", "https://minciencias.gov.co/rss.xml"}}}}});
  talk.host.on_http([](const HttpRequest& request) -> HttpResponse {
    EXPECT_EQ(request.url, "https://minciencias.gov.co/rss.xml");
    return {.status = 200,
            .body =
                "<rss><channel><item><title>Convocatoria de energía solar abierta</title>"
                "<link>https://minciencias.gov.co/c/9</link></item></channel></rss>"};
  });
  ASSERT_TRUE(talk.step("ingest_info").ok());
  ASSERT_TRUE(talk.step("research_opportunities").ok());
  EXPECT_EQ(health(talk.state, "MinCiencias")["found"], 1);
  EXPECT_NE(find_call(talk.state, "https://minciencias.gov.co/c/9"), nullptr);
}

TEST(CtmLive, RefusesAWrongConfigByName) {
  Conversation talk(project());
  talk.host.set_plugin_config({{"max_hits", 0}});
  try {
    (void)talk.step("ingest_info");
    FAIL() << "the graph was created";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("config.max_hits"), std::string::npos) << error.what();
  }
}

// A model that does what each request's schema asks for.
LlmAnswer model(const Json& request) {
  LlmAnswer answer;
  const Json& properties =
      request.contains("response_schema") ? request["response_schema"]["properties"] : Json();
  if (properties.contains("ideas")) {
    answer.json = {{"ideas", Json::array()}};
    for (int i = 0; i < 5; ++i)
      answer.json["ideas"].push_back({{"international", "solar"}, {"national", "sol"}});
  } else if (properties.contains("queries")) {
    answer.json = {{"queries", {"a b", "c d", "e f"}}};
  } else if (properties.contains("category")) {
    const bool call = request["messages"].dump().find("30 de junio de 2026") != std::string::npos;
    answer.json = {{"category", call ? "Direct Funding Opportunity" : "Not Relevant"},
                   {"opportunities", Json::array()}};
    if (call) {
      answer.json["opportunities"].push_back({{"title", "Convocatoria 950"},
                                              {"origin", "MinCiencias"},
                                              {"description", "Energía solar"},
                                              {"official_code", "950"},
                                              {"financing_type", "grant"},
                                              {"main_requirements", {"Alianza"}},
                                              {"eligibility", "Entidades de Colombia"},
                                              {"colombia", "yes"},
                                              {"status", "open"},
                                              {"application_deadline", "2026-06-30"},
                                              {"deadline_quote", "Fecha límite: 30 de junio de 2026"}});
    }
  } else {
    answer.content = "## Recomendaciones\n\n1. Mida [1] y cite [99].";
  }
  if (answer.content.empty()) answer.content = answer.json.dump();
  return answer;
}

TEST(CtmLive, UsesModelAndSourcesTogether) {
  Conversation talk(project());
  talk.host.set_now(kNow);
  talk.host.set_services({"tavily", "brave"});
  talk.host.on_http(web);
  talk.host.on_llm(model);
  talk.run_to_report("0");
  ASSERT_TRUE(talk.failures.empty()) << talk.failures.front();
  EXPECT_EQ(std::count_if(talk.host.http_requests().begin(), talk.host.http_requests().end(),
                          [](const HttpRequest& request) { return request.service == "tavily"; }),
            10)
      << "five ideas, two queries each";
  const Json* call = find_call(talk.state, "https://minciencias.gov.co/convocatorias/950");
  ASSERT_NE(call, nullptr);
  EXPECT_EQ((*call)["origin"], "MinCiencias");
  EXPECT_EQ((*call)["financing_type"], "subvención no reembolsable");
  EXPECT_EQ((*call)["application_deadline"], "2026-06-30");
  EXPECT_EQ(health(talk.state, "llm")["status"], "ok");
  const std::string report = talk.state["improvement_report"];
  EXPECT_NE(report.find("1. Mida [1] y cite."), std::string::npos) << report;

  const Outcome answered = talk.step("chat_responder", {"¿y la hoja de ruta?"});
  ASSERT_TRUE(answered.ok());
  EXPECT_EQ(answered.update["messages"][1]["content"], "## Recomendaciones\n\n1. Mida [1] y cite.");
  EXPECT_FALSE(answered.chunks.empty());
}

TEST(CtmLive, AModelAloneInventsNoOpportunity) {
  Conversation talk(project());
  talk.host.set_now(kNow);
  talk.host.on_llm(model);
  ASSERT_TRUE(talk.step("ingest_info").ok());
  ASSERT_TRUE(talk.step("research_opportunities").ok());
  EXPECT_TRUE(talk.host.llm_requests().empty()) << "nothing to read, so nothing to ask";
  for (const Json& call : talk.state["investment_opportunities"]) EXPECT_EQ(call["source"], "catalogue");
}

TEST(CtmLive, FallsBackWhenTheModelFails) {
  Conversation talk(project());
  talk.host.set_now(kNow);
  talk.host.set_services({"tavily"});
  talk.host.on_http(web);
  talk.host.on_llm([](const Json&) -> LlmAnswer { throw Error(Code::kUnavailable, "model overloaded"); });
  talk.run_to_report("0");
  ASSERT_TRUE(talk.failures.empty()) << talk.failures.front();
  EXPECT_NE(find_call(talk.state, "https://minciencias.gov.co/convocatorias/950"), nullptr);
  EXPECT_EQ(health(talk.state, "llm")["status"], "failed");
  EXPECT_NE(talk.state["improvement_report"].get<std::string>().find("## Recomendaciones"),
            std::string::npos);
  const Outcome answered = talk.step("chat_responder", {"requisitos"});
  ASSERT_TRUE(answered.ok());
  EXPECT_NE(
      answered.update["messages"][1]["content"].get<std::string>().find("modelo de lenguaje no respondió"),
      std::string::npos);
}

TEST(CtmLive, ACancelledRunStops) {
  Conversation talk(project());
  talk.host.set_services({"tavily"});
  talk.host.on_http(web);
  ASSERT_TRUE(talk.step("ingest_info").ok());
  const Outcome outcome =
      talk.host.run("agent", "research_opportunities", talk.state, {.cancel_after_replies = 1});
  EXPECT_EQ(outcome.kind, Outcome::Kind::kFailed);
  EXPECT_EQ(outcome.code, Code::kCancelled);
}

}  // namespace
