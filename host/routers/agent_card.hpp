// The agent card of Agent2Agent: how an assistant presents itself to other agents. Thread-safe function.
#pragma once

#include <string>

#include "host/models/assistant.hpp"
#include "host/routers/http.hpp"

namespace agenthost::routers {

// Its addresses are those under which the request reached this server; X-Forwarded-Proto is believed, since
// the card goes to nobody else.
[[nodiscard]] std::string agent_card_json(const models::Assistant& assistant, const Request& request);

}  // namespace agenthost::routers
