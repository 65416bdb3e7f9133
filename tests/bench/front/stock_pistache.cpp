// A ceiling for benchmarks: Pistache's own Http::Endpoint with a handler that does nothing but answer a fixed
// JSON body.
//   stock_pistache [BODY_BYTES] [PORT] [IO_THREADS]
#include <pistache/endpoint.h>
#include <pistache/http_headers.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

namespace http = Pistache::Http;

class FixedAnswer final : public http::Handler {
 public:
  HTTP_PROTOTYPE(FixedAnswer)

  explicit FixedAnswer(std::size_t bytes)
      : body_("{\"pad\":\"" + std::string(bytes > 10 ? bytes - 10 : 0, 'x') + "\"}") {}

  void onRequest(const http::Request&, http::ResponseWriter response) override {
    // Without this it says "Connection: Close" on every answer and clients reconnect each time.
    response.headers().remove<http::Header::Connection>();
    response.headers().add<http::Header::Connection>(http::ConnectionControl::KeepAlive);
    response.send(http::Code::Ok, body_, MIME(Application, Json));
  }

 private:
  std::string body_;
};

unsigned long argument(int argc, char** argv, int index, unsigned long fallback) {
  return argc > index ? std::strtoul(argv[index], nullptr, 10) : fallback;
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  const auto port = static_cast<std::uint16_t>(argument(argc, argv, 2, 0));
  http::Endpoint endpoint(Pistache::Address(Pistache::Ipv4::loopback(), Pistache::Port(port)));
  auto options = http::Endpoint::options()
                     .threads(static_cast<int>(argument(argc, argv, 3, 1)))
                     .flags(Pistache::Tcp::Options::ReuseAddr | Pistache::Tcp::Options::NoDelay);
  endpoint.init(options);
  endpoint.setHandler(http::make_handler<FixedAnswer>(argument(argc, argv, 1, 32)));
  endpoint.serveThreaded();
  std::printf("listening on http://127.0.0.1:%u\n",
              static_cast<unsigned>(static_cast<std::uint16_t>(endpoint.getPort())));
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  endpoint.shutdown();
}
