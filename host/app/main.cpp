// The agenthost command: serve, plugins, sign, keys, openapi, version; the verbs for authors are in
// author_verbs.cpp.
#include <csignal>

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "host/app/application.hpp"
#include "host/app/author_verbs.hpp"
#include "host/app/command_line.hpp"
#include "host/app/key_verbs.hpp"
#include "host/app/own_place.hpp"
#include "host/app/version.hpp"
#include "host/base/text.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration): unistd.h declares it only for GNU

namespace {

using agenthost::joined;
using agenthost::Result;
using agenthost::app::Application;
using agenthost::settings::Settings;
using agenthost::telemetry::Level;
using agenthost::telemetry::Logger;

struct Options {
  std::optional<std::string> config, data, plugins;
  std::string key_file, plugin_folder;
  std::optional<std::uint16_t> port;
};

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> variables;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    if (equals != std::string::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

// An installed server finds what was installed with it.
Settings defaults() {
  Settings settings;
  if (auto here = agenthost::app::own_installation()) {
    settings.plugins.directory = std::move(here->plugins);
    settings.server.web_directory = std::move(here->web);
  }
  return settings;
}

Result<Settings> settings_from(const Options& options) {
  std::optional<std::filesystem::path> file;
  if (options.config) file = *options.config;
  auto settings = agenthost::settings::load_settings(file, environment(), defaults());
  if (!settings) return settings;
  if (options.port) settings->server.port = *options.port;
  if (options.data) settings->storage.directory = *options.data;
  if (options.plugins) settings->plugins.directory = *options.plugins;
  return settings;
}

Level level_from(const std::string& word) {
  if (word == "debug") return Level::kDebug;
  if (word == "warn") return Level::kWarn;
  if (word == "error") return Level::kError;
  return word == "off" ? Level::kOff : Level::kInfo;
}

int complain(const agenthost::Error& error) {
  std::fprintf(stderr, "%s\n", error.text.c_str());
  return 1;
}

// Blocked before any thread starts, so that only the main thread takes them, with sigwait.
sigset_t stop_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

int serve(const Options& options) {
  const auto settings = settings_from(options);
  if (!settings) return complain(settings.error());
  signal(SIGPIPE, SIG_IGN);
  const auto signals = stop_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  Logger logger(level_from(settings->log.level));
  auto application = Application::open(*settings, logger);
  if (!application) return complain(application.error());
  const auto port = (*application)->start();
  if (!port) return complain(port.error());
  std::printf("listening on http://%s:%u\n", settings->server.host.c_str(), static_cast<unsigned>(*port));
  std::fflush(stdout);
  int received = 0;
  sigwait(&signals, &received);
  logger.info("app", "stopping");
  // A second signal means "now": what is acknowledged is on disk in any case.
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
  if ((*application)->stop()) return 0;
  logger.warn("app", "ends without waiting any longer for plugin code that does not return");
  std::_Exit(0);
}

// Opens everything but the disk and the network, for the verbs that only look.
template <class Look>
int inspect(const Options& options, Look look) {
  auto settings = settings_from(options);
  if (!settings) return complain(settings.error());
  settings->storage.kind = "memory";
  Logger logger(Level::kOff);
  const auto application = Application::open(*settings, logger);
  if (!application) return complain(application.error());
  return look(**application);
}

int list_plugins(const Application& application) {
  int refused = 0;
  for (const auto& plugin : application.plugins()) {
    if (plugin.loaded) {
      std::printf("loaded   %s %s: %s (%s, isolation %s)\n", plugin.id.c_str(), plugin.version.c_str(),
                  joined(plugin.graphs).c_str(), plugin.trust.c_str(), plugin.isolation.c_str());
      if (!plugin.needs.empty()) std::printf("         needs %s\n", joined(plugin.needs).c_str());
      for (const auto& need : plugin.not_granted)
        std::printf("         %s asks for %s, which plugins.grants does not give it\n", plugin.id.c_str(),
                    need.c_str());
    } else {
      std::printf("refused  %s from %s: %s\n", plugin.id.c_str(), plugin.path.c_str(), plugin.reason.c_str());
      ++refused;
    }
  }
  for (const auto& doubt : application.doubts()) std::fprintf(stderr, "%s\n", doubt.c_str());
  return refused == 0 ? 0 : 1;
}

int print_openapi(const Application& application) {
  std::printf("%s\n", application.openapi().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto version = "agenthost " + std::string(agenthost::app::kVersion);
  CLI::App cli{"agenthost: a self-hosted agent server", "agenthost"};
  cli.require_subcommand(1);
  cli.set_version_flag("--version", version, "print the version");
  Options options;
  const auto add_common = [&](CLI::App* verb) {
    verb->add_option("--config", options.config, "settings file (YAML); without it the defaults");
    verb->add_option("--plugins", options.plugins, "folder of plugins");
    return verb;
  };
  auto* serve_verb = add_common(cli.add_subcommand("serve", "run the server"));
  agenthost::app::add_number<std::uint16_t>(*serve_verb, "--port", options.port, {0, 65'535},
                                            "0 picks a free one");
  serve_verb->add_option("--data", options.data, "folder of the database");
  auto* plugins_verb =
      add_common(cli.add_subcommand("plugins", "say what would be loaded and what is refused, and why"));
  auto* openapi_verb = add_common(cli.add_subcommand("openapi", "print the OpenAPI document"));
  auto* sign_verb = cli.add_subcommand("sign", "vouch for a plugin: writes its plugin.lock");
  sign_verb->add_option("PLUGIN", options.plugin_folder, "the plugin's folder")->required();
  sign_verb->add_option("--key", options.key_file, "file of a private key")->required();
  auto* keys_verb = cli.add_subcommand("keys", "keys that vouch for plugins")->require_subcommand(1);
  auto* new_key_verb = keys_verb->add_subcommand("new", "make a key; prints what servers have to be told");
  new_key_verb->add_option("FILE", options.key_file, "where the private key is put")->required();
  cli.add_subcommand("version", "print the version");
  const agenthost::app::AuthorVerbs authors(cli);
  if (const auto code = agenthost::app::parse(cli, argc, argv)) return *code;
  if (const auto code = authors.run()) return *code;
  if (serve_verb->parsed()) return serve(options);
  if (sign_verb->parsed()) return agenthost::app::sign_plugin(options.plugin_folder, options.key_file);
  if (new_key_verb->parsed()) return agenthost::app::make_key(options.key_file);
  if (!plugins_verb->parsed() && !openapi_verb->parsed()) {
    std::printf("%s\n", version.c_str());
    return 0;
  }
  return plugins_verb->parsed() ? inspect(options, list_plugins) : inspect(options, print_openapi);
}
