// The files of plugin-api/templates, as they are in the tree; the build writes the .cpp. Immutable.
#pragma once

#include <string_view>
#include <vector>

namespace agenthost::app {

struct TemplateFile {
  std::string_view path;  // "cpp/agent.cpp"
  std::string_view text;  // with @NAME@ where the plugin's id goes
};

[[nodiscard]] const std::vector<TemplateFile>& template_files();

}  // namespace agenthost::app
