// The texts of data/*.json, built into the library so that the plugin needs no files at run time. Immutable.
#pragma once

#include <array>
#include <string_view>

namespace ctm::bundled {

// Funding programmes, one text per region.
[[nodiscard]] std::array<std::string_view, 3> programmes();
[[nodiscard]] std::string_view bibliography();
[[nodiscard]] std::string_view glossary();

}  // namespace ctm::bundled
