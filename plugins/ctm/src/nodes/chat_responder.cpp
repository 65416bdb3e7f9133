#include <agenthost/sdk/message.hpp>

#include "chat/answer.hpp"
#include "domain/json_fields.hpp"
#include "messages/texts.hpp"
#include "nodes/gather.hpp"
#include "nodes/message_stream.hpp"
#include "nodes/node_support.hpp"
#include "nodes/nodes.hpp"

namespace ctm {
namespace {

agent::Json invitation(const Texts& say) {
  agent::Json topics = agent::Json::array();
  for (const std::string_view topic : say.topics) topics.push_back(topic);
  return {{"status", "ready"},
          {"message", say.chat_ready},
          {"topics", std::move(topics)},
          {"instruction", say.chat_instruction}};
}

// The model's answer; empty when there is none.
agent::Task<std::string> answer_by_model(agent::Context ctx, agent::LlmRequest request,
                                         const Dossier& dossier) {
  std::string text;
  try {
    agent::LlmAnswer answer = co_await ctx.llm().complete(request);
    text = without_false_citations(answer.content, dossier.citations());
  } catch (const agent::Error& error) {
    rethrow_if_stopping(ctx);
    ctx.log(agent::LogLevel::kWarn, std::string("the answer comes from retrieval: ") + error.what());
  }
  co_return text;
}

agent::Task<std::string> answer_to(std::string question, const agent::State& state, agent::Context ctx,
                                   Language language, const MessageStream& stream) {
  const Dossier dossier = Dossier::from_state(state.json(), today(ctx), language);
  const std::string report = text_field(state.json(), "improvement_report");
  const bool online = ctx.llm().is_online();
  if (online) {
    agent::LlmRequest request = answer_request(dossier, report, state["messages"], question);
    request.message_id = stream.id();
    std::string text = co_await answer_by_model(ctx, std::move(request), dossier);
    if (!text.empty()) co_return text;
  }
  std::string text = answer_from(dossier, report, question);
  if (online) text = std::string(texts(language).llm_failed_note) + "\n" + text;
  stream.write(text);
  co_return text;
}

}  // namespace

agent::Task<agent::Update> chat_responder(Analyst& analyst, agent::State state, agent::Context ctx) {
  const Language language = language_of(ctx, analyst.settings);
  const Texts& say = texts(language);
  const HumanAnswer said = read_answer(ctx.interrupt(invitation(say)));
  const std::string question = text_of(said.value);

  agent::Update update;
  update.message(agent::human_message(
      question, said.message_id.empty() ? message_id(ctx, "question") : said.message_id));
  const MessageStream stream(ctx, message_id(ctx, "answer"));
  if (is_end_word(question)) {
    update.set("chat_done", true).message(agent::ai_message(std::string(say.goodbye), stream.id()));
    co_return update;
  }
  std::string answer = co_await answer_to(question, state, ctx, language, stream);
  update.set("chat_done", false).message(agent::ai_message(std::move(answer), stream.id()));
  co_return update;
}

std::string continue_chat(const agent::State& state) {
  return state["chat_done"] == true ? "__end__" : "chat_responder";
}

}  // namespace ctm
