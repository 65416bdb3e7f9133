// URLs: comparing, checking and building them. Pure functions, immutable.
#pragma once

#include <string>
#include <string_view>

namespace ctm::text {

[[nodiscard]] bool is_web_url(std::string_view url);
// The same page, the same text: scheme, "www.", tracking parameters, fragment and a last slash removed, host
// lower case.
[[nodiscard]] std::string normalise_url(std::string_view url);
// Whether it leads below a site's front page.
[[nodiscard]] bool is_deep_link(std::string_view url);
// For a query's value.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace ctm::text
