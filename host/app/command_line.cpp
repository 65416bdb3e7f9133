#include "host/app/command_line.hpp"

#include <cstdio>
#include <utility>

namespace agenthost::app {
namespace {

using Names = std::vector<std::string>;

// The verb that was reached: of "keys new" the second.
const CLI::App& reached(const CLI::App& app) {
  const auto verbs = app.get_subcommands();
  return verbs.empty() ? app : reached(*verbs.front());
}

// "agenthost keys new"
std::string full_name(const CLI::App& app) {
  const auto* const parent = app.get_parent();
  return (parent == nullptr ? "" : full_name(*parent) + " ") + app.get_name();
}

Names verbs_of(const CLI::App& app) {
  Names names;
  for (const auto* verb : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(verb->get_name());
  return names;
}

Names options_of(const CLI::App& app) {
  Names names;
  for (const auto* option : app.get_options()) {
    if (!option->get_lnames().empty()) names.push_back("--" + option->get_lnames().front());
  }
  return names;
}

std::string unknown(const CLI::App& app, const std::string& word) {
  if (word.front() == '-') {
    const auto option = word.substr(0, word.find('='));
    return "unknown option \"" + option + "\"" + settings::did_you_mean(option, options_of(app));
  }
  const auto verbs = verbs_of(app);
  if (verbs.empty()) return "\"" + word + "\" is one word too many";
  return "unknown command \"" + word + "\"" + settings::did_you_mean(word, verbs);
}

std::string words_for(const CLI::App& cli, const CLI::ParseError& mistake) {
  const auto& app = reached(cli);
  const auto type = static_cast<CLI::ExitCodes>(mistake.get_exit_code());
  const bool misses = type == CLI::ExitCodes::RequiredError;
  const auto left_over = cli.remaining(true);
  // Who mistyped a word misses what it stood for.
  if ((misses || type == CLI::ExitCodes::ExtrasError) && !left_over.empty() && !left_over.front().empty())
    return unknown(app, left_over.front());
  if (const auto verbs = verbs_of(app); misses && !verbs.empty())
    return "a command is missing; known are: " + CLI::detail::join(verbs, ", ");
  return mistake.what();
}

}  // namespace

std::optional<int> parse(CLI::App& cli, int argc, const char* const* argv) {
  try {
    cli.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& asked) {
    return cli.exit(asked);
  } catch (const CLI::ParseError& mistake) {
    const auto who = full_name(reached(cli));
    std::fprintf(stderr, "%s: %s\n%s --help says more\n", who.c_str(), words_for(cli, mistake).c_str(),
                 who.c_str());
    return kUsageError;
  }
}

void add_checked(CLI::App& verb, const std::string& name, Take take, const std::string& shown,
                 const std::string& description) {
  const auto call = [name, take = std::move(take)](const std::string& text) {
    if (const auto wrong = take(text)) throw CLI::ValidationError(name, *wrong);
  };
  verb.add_option_function<std::string>(name, call, description)->option_text(shown);
}

std::optional<std::string> check_choice(const Names& words, const std::string& word) {
  std::string taken;
  return settings::assign_text({"", &taken, {}, {words.begin(), words.end()}}, word);
}

}  // namespace agenthost::app
