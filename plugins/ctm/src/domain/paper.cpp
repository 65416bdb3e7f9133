#include "domain/paper.hpp"

#include "domain/json_fields.hpp"

namespace ctm {

agent::Json to_json(const Paper& paper) {
  agent::Json json{{"title", paper.title},   {"url", paper.url},         {"content", paper.content},
                   {"source", paper.source}, {"authors", paper.authors}, {"year", paper.year},
                   {"venue", paper.venue},   {"doi", paper.doi},         {"lesson", paper.lesson}};
  json["citations"] = paper.citations < 0 ? agent::Json() : agent::Json(paper.citations);
  return json;
}

Paper paper_from(const agent::Json& json) {
  Paper made;
  made.title = text_field(json, "title");
  made.url = text_field(json, "url");
  made.content = text_field(json, "content");
  made.source = text_field(json, "source");
  made.authors = texts_of(field(json, "authors"));
  made.year = text_field(json, "year");
  made.venue = text_field(json, "venue");
  made.doi = text_field(json, "doi");
  made.citations = integer_field(json, "citations", -1);
  made.lesson = text_field(json, "lesson");
  return made;
}

std::vector<Paper> papers_from(const agent::Json& list) {
  std::vector<Paper> all;
  if (!list.is_array()) return all;
  for (const agent::Json& element : list) {
    if (element.is_object()) all.push_back(paper_from(element));
  }
  return all;
}

}  // namespace ctm
