// Replies: how results become HTTP answers: one error shape, {"detail": text}, everywhere. Thread-safe
// functions.
#pragma once

#include <string>
#include <string_view>

#include "host/base/error.hpp"
#include "host/base/json.hpp"
#include "host/routers/http.hpp"

namespace agenthost::routers {

[[nodiscard]] Response json_reply(std::string body, int status = 200);
[[nodiscard]] Response empty_reply(int status = 204);
// The status follows from the code; texts of internal errors stay in the log.
[[nodiscard]] Response error_reply(const Error& error);

// The request's body as JSON; an empty one is {}. Error: answered with 400 "Malformed JSON in request body:
// ...".
[[nodiscard]] Result<JsonDocument> read_body(const Request& request);
// For an error of read_body.
[[nodiscard]] Response malformed_reply(const Error& error);

// A path parameter that must be a UUID. kInvalid "<name>: must be a UUID".
[[nodiscard]] Result<std::string> uuid_param(const Request& request, std::string_view name);

// Pagination headers: X-Pagination-Total, and X-Pagination-Next while there is more.
[[nodiscard]] Headers page_headers(int total, int offset, std::size_t returned);

}  // namespace agenthost::routers
