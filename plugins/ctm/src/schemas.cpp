#include "schemas.hpp"

namespace ctm {
namespace {

using agent::Json;

Json text(const char* description) {
  return {{"type", "string"}, {"description", description}};
}
Json list_of(Json item) {
  return {{"type", "array"}, {"items", std::move(item)}};
}
Json object(Json properties) {
  return {{"type", "object"}, {"properties", std::move(properties)}};
}

Json opportunity_schema() {
  const Json evidence = object({{"field", text("the fact it proves")},
                                {"quote", text("the words on the page")},
                                {"url", text("the page")},
                                {"retrieved_at", text("when it was read")}});
  const Json fit = object({{"score", {{"type", "number"}, {"minimum", 0}, {"maximum", 1}}},
                           {"reasons", list_of({{"type", "string"}})}});
  return object({{"id", text("stable id")},
                 {"title", text("name of the call or programme")},
                 {"origin", text("who funds")},
                 {"description", text("what it funds")},
                 {"financing_type", text("kind of support")},
                 {"main_requirements", list_of({{"type", "string"}})},
                 {"application_deadline", text("YYYY-MM-DD, empty when not verified")},
                 {"opportunity_url", text("the call's page")},
                 {"official_code", text("the funder's number of the call")},
                 {"amount", text("as published")},
                 {"currency", text("ISO code")},
                 {"status", {{"type", "string"}, {"enum", {"open", "forthcoming", "unknown"}}}},
                 {"eligibility", text("who may apply")},
                 {"date_checked", text("when its facts were read")},
                 {"source", text("who found it")},
                 {"fit", fit},
                 {"evidence", list_of(evidence)}});
}

Json paper_schema() {
  return object({{"title", text("title")},
                 {"url", text("link")},
                 {"content", text("abstract")},
                 {"source", text("Arxiv, Semantic Scholar, Bibliography")},
                 {"authors", list_of({{"type", "string"}})},
                 {"year", text("year")},
                 {"venue", text("journal or conference")},
                 {"doi", text("DOI")},
                 {"citations", {{"type", {"integer", "null"}}}},
                 {"lesson", text("what it advises")}});
}

Json source_schema() {
  return object({{"name", text("source")},
                 {"kind", {{"type", "string"}, {"enum", {"funding", "papers", "llm"}}}},
                 {"status", {{"type", "string"}, {"enum", {"ok", "partial", "empty", "failed", "off"}}}},
                 {"requests", {{"type", "integer"}}},
                 {"failures", {{"type", "integer"}}},
                 {"found", {{"type", "integer"}}},
                 {"message", text("the first failure, or why it is off")}});
}

Json messages_schema() {
  return list_of(object({{"type", text("human | ai")}, {"content", Json::object()}}));
}

Json input_properties() {
  return {{"project_title", text("Title of the project")},
          {"project_description", text("What it does, for whom, with which technology and means")},
          {"document_paths", list_of(text("a .txt or .md file below the configured documents_directory"))},
          {"messages", messages_schema()}};
}

}  // namespace

Json input_schema() {
  Json schema = object(input_properties());
  schema["title"] = "CTMInput";
  return schema;
}

Json state_schema() {
  Json properties = input_properties();
  properties["document_text"] = text("the text of the documents that were read");
  properties["investment_opportunities"] = list_of(opportunity_schema());
  properties["selected_opportunities"] = list_of(opportunity_schema());
  properties["academic_papers"] = list_of(paper_schema());
  properties["improvement_report"] = text("the report in Markdown");
  properties["report_files"] = list_of(object(
      {{"name", text("file name")}, {"media_type", text("text/markdown")}, {"content", text("the file")}}));
  properties["user_selection"] = {{"description", "list of indices, \"all\", \"none\" or \"0,2\""}};
  properties["sources"] = list_of(source_schema());
  properties["chat_done"] = {{"type", "boolean"}};
  Json schema = object(std::move(properties));
  schema["title"] = "CTMState";
  return schema;
}

Json config_schema() {
  Json schema = object({{"language", {{"type", "string"}, {"enum", {"es", "en"}}, {"default", "es"}}}});
  schema["title"] = "CTMConfig";
  return schema;
}

}  // namespace ctm
