#include <agenthost/sdk/message.hpp>

#include "messages/texts.hpp"
#include "nodes/gather.hpp"
#include "nodes/message_stream.hpp"
#include "nodes/node_support.hpp"
#include "nodes/nodes.hpp"
#include "report/report.hpp"

namespace ctm {
namespace {

// The body as streamed by the model; empty when the model failed.
agent::Task<std::string> written_by_model(agent::Context ctx, const Dossier& dossier,
                                          const MessageStream& stream) {
  std::string body;
  try {
    agent::LlmRequest request = body_request(dossier);
    request.message_id = stream.id();
    agent::LlmAnswer answer = co_await ctx.llm().complete(request);
    body = without_false_citations(answer.content, dossier.citations()) + "\n\n";
  } catch (const agent::Error& error) {
    rethrow_if_stopping(ctx);
    ctx.log(agent::LogLevel::kWarn, std::string("the report is written by template: ") + error.what());
  }
  co_return body;
}

}  // namespace

agent::Task<agent::Update> generate_report(Analyst& analyst, agent::State state, agent::Context ctx) {
  const Language language = language_of(ctx, analyst.settings);
  const Texts& say = texts(language);
  report_progress(ctx, "report", 0, 1, say.stage_report);
  const Dossier dossier = Dossier::from_state(state.json(), today(ctx), language);
  const ProjectFacts facts = ProjectFacts::of(dossier.project, analyst.library.glossary(), language);

  const MessageStream stream(ctx, message_id(ctx, "report"));
  std::string report = report_head(dossier, facts);
  stream.write(report);
  std::string body;
  if (ctx.llm().is_online()) body = co_await written_by_model(ctx, dossier, stream);
  if (body.empty()) {
    body = template_body(dossier, facts);
    stream.write(body);
  }
  const std::string tail = report_tail(dossier);
  stream.write(tail);
  report += body + tail;
  report_progress(ctx, "report", 1, 1, say.report_done);

  agent::Update update;
  update.set("improvement_report", report).set("report_files", report_files(dossier, report));
  update.message(agent::ai_message(report, stream.id()));
  co_return update;
}

}  // namespace ctm
