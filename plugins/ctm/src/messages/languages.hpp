// The two sets of texts; ask texts(language) of messages/texts.hpp for one. Immutable.
#pragma once

#include "messages/texts.hpp"

namespace ctm {

[[nodiscard]] const Texts& spanish_texts();
[[nodiscard]] const Texts& english_texts();

}  // namespace ctm
