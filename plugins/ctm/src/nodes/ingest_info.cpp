#include <agenthost/sdk/message.hpp>

#include "domain/json_fields.hpp"
#include "messages/texts.hpp"
#include "nodes/documents.hpp"
#include "nodes/node_support.hpp"
#include "nodes/nodes.hpp"
#include "text/normalise.hpp"

namespace ctm {
namespace {

// A chat client has no form to fill in: its first long message is the description.
std::string description_in_chat(const agent::State& state) {
  constexpr std::size_t kShortest = 40;
  const agent::Json& message = state.last_message();
  if (text_field(message, "type") != "human") return {};
  std::string text = text::squeeze(agent::text_of(message));
  return text.size() >= kShortest ? text : std::string();
}

std::string title_for(const std::string& description) {
  const std::vector<std::string> sentences = text::sentences(description);
  return sentences.empty() ? std::string() : text::shorten(sentences.front(), 90);
}

// Why: a thread may hold the results of an earlier project.
void forget_results(agent::Update& update) {
  for (const char* channel :
       {"investment_opportunities", "selected_opportunities", "academic_papers", "report_files", "sources"}) {
    update.set(channel, agent::Json::array());
  }
  update.set("improvement_report", "").set("user_selection", nullptr).set("chat_done", false);
}

}  // namespace

agent::Update ingest_info(Analyst& analyst, const agent::State& state, const agent::Context& ctx) {
  const Language language = language_of(ctx, analyst.settings);
  const Texts& say = texts(language);
  std::string title = text::squeeze(text_field(state.json(), "project_title"));
  std::string description = text_field(state.json(), "project_description");
  if (title.empty() && text::squeeze(description).empty()) description = description_in_chat(state);
  if (title.empty()) title = title_for(description);
  if (title.empty()) ctx.raise("ValueError", std::string(say.missing_project));

  const Documents documents =
      read_documents(texts_of(state["document_paths"]), analyst.settings.documents_directory, language);
  std::string message = fill(say.project_received, {title});
  if (documents.read > 0) message += "\n" + fill(say.documents_read, {std::to_string(documents.read)});
  for (const std::string& note : documents.notes) message += "\n" + note;

  agent::Update update;
  forget_results(update);
  update.set("project_title", title)
      .set("project_description", description)
      .set("document_text", documents.text);
  update.message(agent::ai_message(message, message_id(ctx, "ingest")));
  return update;
}

}  // namespace ctm
