#include "host/app/author_verbs.hpp"

#include <cstdio>
#include <random>
#include <string>
#include <vector>

#include "host/app/command_line.hpp"
#include "host/app/develop.hpp"
#include "host/app/scaffold.hpp"
#include "host/base/json.hpp"
#include "host/plugins/validator/validate.hpp"

namespace agenthost::app {

using plugins::validator::Level;
using plugins::validator::ValidateOptions;

struct AuthorVerbs::Options {
  CLI::App* create = nullptr;
  ScaffoldOptions scaffold;

  CLI::App* validate = nullptr;
  std::vector<std::string> folders;
  ValidateOptions judge;
  bool as_json = false;
  std::optional<std::uint64_t> seed;
  unsigned patience_ms = 5'000;

  CLI::App* develop = nullptr;
  DevelopOptions dev;
};

namespace {

int complain(const Error& error) {
  std::fprintf(stderr, "%s\n", error.text.c_str());
  return 2;
}

int create(const ScaffoldOptions& options) {
  const auto made = scaffold(options);
  if (!made) return complain(made.error());
  std::printf("%s", made->c_str());
  return 0;
}

}  // namespace

AuthorVerbs::AuthorVerbs(CLI::App& cli) : options_(std::make_unique<Options>()) {
  auto& options = *options_;
  options.create = cli.add_subcommand("new", "write the folder of a new plugin: code, manifest, test, build");
  options.create->add_option("name", options.scaffold.name, "its id, such as my-agent")->required();
  add_choice<Language>(*options.create, "--lang", options.scaffold.language,
                       {{"cpp", Language::kCpp}, {"c", Language::kC}}, "cpp when not given");
  options.create->add_option("--directory", options.scaffold.parent,
                             "where to write it; here when not given");

  options.validate = cli.add_subcommand(
      "validate", "judge built plugins: 0 when each is valid, 1 when one is not, 2 when this cannot be said");
  options.validate->add_option("folder", options.folders, "the folder with plugin.yaml and the library")
      ->required();
  add_choice<Level>(*options.validate, "--level", options.judge.level,
                    {{"load", Level::kLoad}, {"run", Level::kRun}, {"strict", Level::kStrict}},
                    "load: would the server take it; run: do its nodes keep the contract (when not given); "
                    "strict: is it a good guest, and warnings count");
  const auto checks = plugins::validator::check_names();
  options.validate
      ->add_option("--check", options.judge.only, "only these checks (and load); all when not given")
      ->check([checks](const std::string& name) { return check_choice(checks, name).value_or(""); })
      ->option_text(CLI::detail::join(checks, "|"))
      ->allow_extra_args(false);
  options.validate->add_flag("--json", options.as_json,
                             "print JSON, a list with one verdict for each folder");
  add_number<std::uint64_t>(*options.validate, "--seed", options.seed, {0, 4'294'967'295},
                            "of the wild states; a fresh one when not given");
  add_number<unsigned>(*options.validate, "--rounds", options.judge.rounds, {0, 1'000'000},
                       "of wild states for each node");
  options.validate->add_option("--config", options.judge.config, "JSON object over the manifest's config");
  add_number<unsigned>(*options.validate, "--patience-ms", options.patience_ms, {10, 3'600'000},
                       "how long one node may take");

  options.develop =
      cli.add_subcommand("dev", "build and serve a plugin's source folder, again on every save");
  options.develop->add_option("folder", options.dev.folder, "with its CMakeLists.txt; here when not given");
  add_number<std::uint16_t>(*options.develop, "--port", options.dev.port, {0, 65'535},
                            "8000 when not given; 0 picks a free one");
  options.develop->add_option("--config", options.dev.config, "settings file (YAML)");
}

AuthorVerbs::~AuthorVerbs() = default;

std::optional<int> AuthorVerbs::run() const {
  const auto& options = *options_;
  if (options.create->parsed()) return create(options.scaffold);
  if (options.develop->parsed()) return develop(options.dev);
  if (!options.validate->parsed()) return std::nullopt;

  auto judge = options.judge;
  if (const auto config = split_object(judge.config); !config)
    return complain({ErrorCode::kInvalid, "--config must be a JSON object: " + config.error().text});
  judge.seed = options.seed ? *options.seed : std::random_device{}();
  judge.patience.node = std::chrono::milliseconds(options.patience_ms);
  const std::vector<std::filesystem::path> folders(options.folders.begin(), options.folders.end());
  bool valid = true;
  std::string list;
  for (const auto& verdict : validate_all(folders, judge)) {
    valid = valid && verdict.is_valid();
    if (options.as_json) {
      list += (list.empty() ? "" : ",") + to_json(verdict);
    } else {
      std::printf("%s", to_people(verdict).c_str());
    }
  }
  if (options.as_json) std::printf("[%s]\n", list.c_str());
  return valid ? 0 : 1;
}

}  // namespace agenthost::app
