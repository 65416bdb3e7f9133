#include "host/server/web_socket.hpp"

#include <sys/types.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <exception>
#include <new>
#include <utility>

namespace agenthost::server {
namespace {

constexpr std::size_t kLongestReason = 123;  // of a control frame's 125 bytes two are the code

// close, two bytes: 1002
constexpr std::string_view kProtocolErrorFrame = "\x88\x02\x03\xea";

const std::uint8_t* as_bytes(std::string_view text) {
  return reinterpret_cast<const std::uint8_t*>(text.data());
}

}  // namespace

// wslay is C: nothing may be thrown through it. What a callback throws waits in `failure`.
struct WebSocket::Context {
  explicit Context(WebSocketUser& given) : user(given) {}
  ~Context() { wslay_event_context_free(frames); }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  static ssize_t read(wslay_event_context_ptr frames, std::uint8_t* into, std::size_t size, int, void* self) {
    auto& unread = static_cast<Context*>(self)->unread;
    if (unread.empty()) {
      wslay_event_set_error(frames, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
    const auto count = std::min(size, unread.size());
    std::copy_n(as_bytes(unread), count, into);
    unread.remove_prefix(count);
    return static_cast<ssize_t>(count);
  }

  static ssize_t write(wslay_event_context_ptr frames, const std::uint8_t* bytes, std::size_t size, int,
                       void* self) {
    auto& context = *static_cast<Context*>(self);
    return context.guarded(frames,
                           [&] {
                             context.user.send_bytes({reinterpret_cast<const char*>(bytes), size});
                           })
               ? static_cast<ssize_t>(size)
               : -1;
  }

  static void take(wslay_event_context_ptr frames, const wslay_event_on_msg_recv_arg* message, void* self) {
    auto& context = *static_cast<Context*>(self);
    if (wslay_is_ctrl_frame(message->opcode)) return;  // wslay answers them
    context.guarded(frames, [&] {
      context.user.on_message({reinterpret_cast<const char*>(message->msg), message->msg_length});
    });
  }

  template <class Action>
  bool guarded(wslay_event_context_ptr context, Action action) noexcept {
    try {
      action();
      return true;
    } catch (...) {
      failure = std::current_exception();
      wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
      return false;
    }
  }

  void settle(int outcome) {
    if (wslay_event_send(frames) != 0 || outcome != 0) broken = true;
    if (failure) std::rethrow_exception(std::exchange(failure, nullptr));
  }

  WebSocketUser& user;
  wslay_event_context_ptr frames = nullptr;
  std::string_view unread;
  bool broken = false;
  std::exception_ptr failure;
};

WebSocket::WebSocket(std::size_t max_message_bytes, WebSocketUser& user)
    : context_(std::make_unique<Context>(user)) {
  wslay_event_callbacks callbacks{};
  callbacks.recv_callback = &Context::read;
  callbacks.send_callback = &Context::write;
  callbacks.on_msg_recv_callback = &Context::take;
  if (wslay_event_context_server_init(&context_->frames, &callbacks, context_.get()) != 0)
    throw std::bad_alloc();
  wslay_event_config_set_max_recv_msg_length(context_->frames, max_message_bytes);
}

WebSocket::~WebSocket() = default;

void WebSocket::receive(std::string_view bytes) {
  context_->unread = bytes;
  const int outcome = wslay_event_recv(context_->frames);
  context_->unread = {};
  if (outcome == 0 || context_->failure) return context_->settle(outcome);
  // What is wrong with a frame as such wslay would answer with a goodbye that gives no reason.
  context_->broken = true;
  context_->user.send_bytes(kProtocolErrorFrame);
}

void WebSocket::send_text(std::string_view text) {
  const wslay_event_msg message{WSLAY_TEXT_FRAME, as_bytes(text), text.size()};
  // Refused once we have said goodbye: then nobody waits for it.
  if (wslay_event_queue_msg(context_->frames, &message) == 0) context_->settle(0);
}

void WebSocket::ping() {
  const wslay_event_msg message{WSLAY_PING, nullptr, 0};
  if (wslay_event_queue_msg(context_->frames, &message) == 0) context_->settle(0);
}

void WebSocket::close(std::uint16_t code, std::string_view reason) {
  const auto text = reason.substr(0, kLongestReason);
  if (wslay_event_queue_close(context_->frames, code, as_bytes(text), text.size()) == 0) context_->settle(0);
}

WebSocket::State WebSocket::state() const {
  auto* const frames = context_->frames;
  if (context_->broken) return State::kOver;
  if (wslay_event_get_close_sent(frames) == 0) return State::kOpen;
  const bool heard_enough =
      wslay_event_get_close_received(frames) != 0 || wslay_event_get_read_enabled(frames) == 0;
  return heard_enough ? State::kOver : State::kClosing;
}

}  // namespace agenthost::server
