// The C++20 SDK for agent plugins, all of it. Start with docs/plugin-guide.md; each header below is one idea.
#pragma once

#include "agenthost/sdk/context.hpp"
#include "agenthost/sdk/entry.hpp"
#include "agenthost/sdk/error.hpp"
#include "agenthost/sdk/graph.hpp"
#include "agenthost/sdk/http.hpp"
#include "agenthost/sdk/json.hpp"
#include "agenthost/sdk/llm.hpp"
#include "agenthost/sdk/message.hpp"
#include "agenthost/sdk/message_stream.hpp"
#include "agenthost/sdk/plugin.hpp"
#include "agenthost/sdk/send.hpp"
#include "agenthost/sdk/state.hpp"
#include "agenthost/sdk/store.hpp"
#include "agenthost/sdk/task.hpp"
#include "agenthost/sdk/tools.hpp"
#include "agenthost/sdk/update.hpp"
