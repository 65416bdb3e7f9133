#include "host/app/scaffold.hpp"

#include <fstream>
#include <system_error>

#include "host/app/own_place.hpp"
#include "host/app/templates.hpp"
#include "host/plugins/manifest.hpp"

namespace agenthost::app {
namespace {

namespace fs = std::filesystem;

std::string filled(std::string_view text, const std::string& name) {
  constexpr std::string_view kPlace = "@NAME@";
  std::string out;
  for (auto at = text.find(kPlace); at != std::string_view::npos; at = text.find(kPlace)) {
    out.append(text.substr(0, at)).append(name);
    text.remove_prefix(at + kPlace.size());
  }
  return out.append(text);
}

Status write_file(const fs::path& path, const std::string& text) {
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (out) return {};
  return fail(ErrorCode::kUnavailable, path.string() + ": cannot be written; is there space, and may you?");
}

// A name that a manifest would refuse is refused before anything is written.
Status check_name(const std::string& name) {
  const auto manifest = plugins::parse_manifest(
      "{id: \"" + name + "\", version: 0.1.0, abi: \"1.0\", library: x.so, graphs: [x]}", "the name");
  const bool plain = name.find_first_of("\"\\\n") == std::string::npos;
  if (manifest && plain) return {};
  return fail(ErrorCode::kInvalid,
              "\"" + name +
                  "\" is no plugin id; use 1 to 64 of a-z, 0-9, '-' and '_', a letter or "
                  "digit first");
}

std::string next_steps(const fs::path& folder) {
  const auto prefix = own_prefix();
  std::string text = "wrote " + folder.string() + "; next:\n\n  cd " + folder.string() + "\n  cmake -B build";
  // CMake looks beside each program in the PATH; a server that is elsewhere has to be named.
  if (!prefix.empty() && !is_in_path(prefix / "bin")) text += " -DCMAKE_PREFIX_PATH=" + prefix.string();
  return text +
         "\n  cmake --build build\n  ctest --test-dir build\n  agenthost serve --plugins build/plugins\n\n"
         "or all of that on every save: agenthost dev .\n";
}

}  // namespace

Result<std::string> scaffold(const ScaffoldOptions& options) {
  if (auto named = check_name(options.name); !named) return fail(named.error());
  const auto folder = options.parent / options.name;
  std::error_code ec;
  if (fs::exists(folder, ec)) {
    return fail(ErrorCode::kAlreadyExists,
                folder.string() + ": is there already; choose another name or remove it");
  }
  fs::create_directories(folder, ec);
  if (ec) return fail(ErrorCode::kUnavailable, folder.string() + ": cannot be made: " + ec.message());
  const std::string language = options.language == Language::kCpp ? "cpp/" : "c/";
  for (const auto& file : template_files()) {
    if (file.path.substr(0, language.size()) != language) continue;
    std::string name(file.path.substr(language.size()));
    if (name == "gitignore") name = ".gitignore";
    if (auto written = write_file(folder / name, filled(file.text, options.name)); !written)
      return fail(written.error());
  }
  return next_steps(folder);
}

}  // namespace agenthost::app
