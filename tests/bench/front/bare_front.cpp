// A ceiling for benchmarks: agenthost's HTTP front with a handler that does nothing but answer a fixed JSON
// body.
//   bare_front [BODY_BYTES] [PORT] [IO_THREADS]
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "host/server/http_server.hpp"

namespace {

using namespace agenthost;

class FixedAnswer final : public routers::RequestHandler {
 public:
  explicit FixedAnswer(std::size_t bytes)
      : body_("{\"pad\":\"" + std::string(bytes > 10 ? bytes - 10 : 0, 'x') + "\"}") {}

  void handle(routers::Request, routers::ExchangePtr exchange) override {
    exchange->respond({200, "application/json", body_, {}});
  }

 private:
  const std::string body_;
};

unsigned long argument(int argc, char** argv, int index, unsigned long fallback) {
  return argc > index ? std::strtoul(argv[index], nullptr, 10) : fallback;
}

}  // namespace

int main(int argc, char** argv) {
  // Blocked before the I/O threads start, so that only sigwait below sees them.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  telemetry::Logger logger(telemetry::Level::kWarn);
  FixedAnswer handler(argument(argc, argv, 1, 32));
  server::ServerOptions options;
  options.port = static_cast<std::uint16_t>(argument(argc, argv, 2, 0));
  options.io_threads = static_cast<unsigned>(argument(argc, argv, 3, 1));
  server::HttpServer server(options, handler, logger);
  const auto port = server.start();
  if (!port) {
    std::fprintf(stderr, "%s\n", port.error().text.c_str());
    return EXIT_FAILURE;
  }
  std::printf("listening on http://127.0.0.1:%u\n", *port);
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  server.stop(std::chrono::seconds(1));
}
