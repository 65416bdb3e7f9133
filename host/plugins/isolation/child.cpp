#include "host/plugins/isolation/child.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <utility>

#include "host/plugins/c_types.hpp"

namespace agenthost::isolation {
namespace {

std::uint64_t random_number() {
  std::random_device device;
  return (std::uint64_t{device()} << 32U) | device();
}

Death broken_protocol() {
  return {"sent what is no message of a worker"};
}

}  // namespace

Child::Child(EventLoop& loop, Owner& owner, WorkerProcess process, std::uint32_t number,
             std::size_t max_frame, std::unique_ptr<RemoteMeter> meter)
    : loop_(loop),
      owner_(owner),
      number_(number),
      pid_(process.pid()),
      cookie_(random_number()),
      wire_(std::move(process.socket), max_frame,
            [this](Wire::Backlog backlog) {
              loop_.want_writable(wire_.fd(), backlog == Wire::Backlog::kBegins
                                                  ? EventLoop::Writable::kWanted
                                                  : EventLoop::Writable::kIgnored);
            }),
      process_(std::move(process)),
      meter_(std::move(meter)) {}

void Child::begin(SetUp set_up) {
  const auto self = shared_from_this();
  loop_.watch(process_.pidfd(), [self] { self->bury(); });
  loop_.watch(wire_.fd(), [self] { self->socket_ready(); });
  loop_.watch(process_.output.get(), [self] { self->read_output(Stream::kOutput); });
  loop_.watch(process_.errors.get(), [self] { self->read_output(Stream::kErrors); });
  set_up.cookie = cookie_;
  set_up.first_call = number_;
  wire_.send(set_up);
}

void Child::end(Death why) {
  const std::lock_guard lock(mutex_);
  if (why_) return;
  why_ = std::move(why);
  process_.kill();
}

void Child::ping(std::chrono::milliseconds patience, Death::Blame blame, Clock::time_point now) {
  if (!sign_due_) {
    wire_.send(Ping{++pings_});
    silence_blame_ = Death::Blame::kItself;
  }
  if (blame == Death::Blame::kOutside) silence_blame_ = blame;
  sign_due_ = std::min(sign_due_.value_or(now + patience), now + patience);
}

void Child::end_if_overdue(Clock::time_point now) {
  if (!sign_due_ || now <= *sign_due_) return;
  end({"gave no sign of life: a node that is not `blocking`, or route(), does not return", silence_blame_});
}

// ---- what it says ----

Wire::Received Child::receive() {
  return wire_.receive([this](const Frame& frame) { return handle(frame); });
}

void Child::socket_ready() {
  wire_.flush();
  const auto received = receive();
  if (received == Wire::Received::kBroken) end(broken_protocol());
  if (received != Wire::Received::kClosed && received != Wire::Received::kBroken) return;
  loop_.unwatch(wire_.fd());
  owner_.hung_up(*this);
}

Wire::Verdict Child::handle(const Frame& frame) {
  switch (static_cast<Type>(frame.type)) {
    case Type::kReady:
      return handle_ready(frame);
    case Type::kRefused:
      return handle_refused(frame);
    case Type::kLogged:
      return handle_logged(frame);
    case Type::kMetricDefined:
      return handle_defined(frame);
    case Type::kMeasured:
      return handle_measured(frame);
    case Type::kPong: {
      const auto pong = read_message<Pong>(frame);
      if (!pong) return Wire::Verdict::kBad;
      if (pong->number == pings_) sign_due_.reset();
      return Wire::Verdict::kGood;
    }
    default:
      return is_ready() ? owner_.spoke(*this, frame) : Wire::Verdict::kBad;
  }
}

Wire::Verdict Child::handle_ready(const Frame& frame) {
  const auto ready = read_message<Ready>(frame);
  if (!ready || stage_ != Stage::kStarting || ready->cookie != cookie_) return Wire::Verdict::kBad;
  if (ready->version != kProtocolVersion) {
    end({"is an agenthost-worker of another version; install server and worker together"});
    return Wire::Verdict::kGood;
  }
  stage_ = Stage::kReady;
  owner_.became_ready(*this, ready->description);
  return Wire::Verdict::kGood;
}

Wire::Verdict Child::handle_refused(const Frame& frame) {
  const auto refused = read_message<Refused>(frame);
  if (!refused || stage_ != Stage::kStarting) return Wire::Verdict::kBad;
  refusal_ = Error{plugins::code_of(refused->code), plugins::printable(refused->text), {}};
  return Wire::Verdict::kGood;
}

Wire::Verdict Child::handle_logged(const Frame& frame) {
  const auto line = read_message<Logged>(frame);
  if (!line) return Wire::Verdict::kBad;
  show(static_cast<telemetry::Level>(std::clamp(line->level, AGENT_LOG_DEBUG, AGENT_LOG_ERROR)), line->text);
  return Wire::Verdict::kGood;
}

Wire::Verdict Child::handle_defined(const Frame& frame) {
  const auto metric = read_message<MetricDefined>(frame);
  if (!metric || meter_ == nullptr) return Wire::Verdict::kBad;
  if (const auto defined = meter_->define(*metric); !defined)
    show(telemetry::Level::kWarn,
         "a metric is refused, and its numbers are not kept: " + defined.error().text);
  return Wire::Verdict::kGood;
}

Wire::Verdict Child::handle_measured(const Frame& frame) {
  const auto measured = read_message<Measured>(frame);
  if (!measured || meter_ == nullptr) return Wire::Verdict::kBad;
  meter_->count(*measured);
  return Wire::Verdict::kGood;
}

// ---- what it prints ----

void Child::read_output(Stream stream) {
  auto& pipe = stream == Stream::kOutput ? process_.output : process_.errors;
  std::array<char, 16'384> bytes{};
  const auto got = ::read(pipe.get(), bytes.data(), bytes.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got <= 0) return finish_output(stream);
  const std::string_view text(bytes.data(), static_cast<std::size_t>(got));
  if (stream == Stream::kOutput) {
    output_lines_.feed(text, [this](std::string_view line) { show(telemetry::Level::kInfo, line); });
  } else {
    error_lines_.feed(text, [this](std::string_view line) {
      last_words_ = line;
      show(telemetry::Level::kWarn, line);
    });
  }
}

void Child::finish_output(Stream stream) {
  auto& pipe = stream == Stream::kOutput ? process_.output : process_.errors;
  if (!pipe) return;
  loop_.unwatch(pipe.get());
  pipe.reset();
  auto& lines = stream == Stream::kOutput ? output_lines_ : error_lines_;
  lines.finish([&](std::string_view line) {
    if (stream == Stream::kErrors) last_words_ = line;
    show(stream == Stream::kOutput ? telemetry::Level::kInfo : telemetry::Level::kWarn, line);
  });
}

void Child::show(telemetry::Level level, std::string_view line) {
  const auto now = Clock::now();
  if (const auto left_out = budget_.take_left_out(now); left_out > 0) {
    owner_.logged(*this, telemetry::Level::kWarn,
                  std::to_string(left_out) + " lines of its were left out: it writes too many");
  }
  if (budget_.spend(now) == LineBudget::Verdict::kShow) owner_.logged(*this, level, plugins::printable(line));
}

// ---- its end ----

// Everything it said before it died counts.
void Child::bury() {
  loop_.unwatch(process_.pidfd());
  auto left = Wire::Received::kMore;
  while (left == Wire::Received::kMore) left = receive();
  loop_.unwatch(wire_.fd());
  for (const auto stream : {Stream::kOutput, Stream::kErrors}) {
    auto& pipe = stream == Stream::kOutput ? process_.output : process_.errors;
    // At most what fits into a pipe is left; nobody writes any more.
    for (int i = 0; i < 8 && pipe; ++i) read_output(stream);
    finish_output(stream);
  }
  stage_ = Stage::kDead;
  meter_.reset();  // what its gauges said is true no more
  Death death;
  {
    const std::lock_guard lock(mutex_);
    death = process_.reap();
    if (left == Wire::Received::kBroken) death = broken_protocol();
    if (why_) death = *why_;
  }
  if (!last_words_.empty() && death.blame == Death::Blame::kItself) {
    death.text += "; its last words: " + plugins::printable(last_words_);
  }
  owner_.ended(*this, death);
}

}  // namespace agenthost::isolation
