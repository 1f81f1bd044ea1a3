#include "common/obs/metrics.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>

namespace yaoshi::obs {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// The whole answer of a GET to loopback.
std::string Get(int port, const std::string& path) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (write(fd, request.data(), request.size()) > 0) {
      char buffer[4096];
      for (ssize_t n; (n = read(fd, buffer, sizeof(buffer))) > 0;) answer.append(buffer, static_cast<size_t>(n));
    }
  }
  close(fd);
  return answer;
}

TEST(MetricsTest, CountsRpcsByMethodAndCode) {
  Metrics metrics("registry");
  RpcMeter* meter = metrics.Rpc("/a.B/C");
  EXPECT_EQ(meter, metrics.Rpc("/a.B/C"));
  meter->Observe(0, 120);
  meter->Observe(0, 80);
  meter->Observe(5, 10);
  const std::string text = metrics.Text();
  EXPECT_THAT(text, HasSubstr(R"(yaoshi_rpc_total{service="registry",code="OK",method="/a.B/C"} 2)"));
  EXPECT_THAT(text, HasSubstr(R"(yaoshi_rpc_total{service="registry",code="NOT_FOUND",method="/a.B/C"} 1)"));
  EXPECT_THAT(text, HasSubstr(R"(yaoshi_rpc_seconds_count{service="registry",method="/a.B/C"} 3)"));
}

TEST(MetricsTest, GaugesAreAskedUntilTheirHandleDies) {
  Metrics metrics("registry");
  double value = 3;
  std::shared_ptr<void> handle = metrics.AddGauge("yaoshi_queue", "Waiting.", [&value] { return value; });
  EXPECT_THAT(metrics.Text(), HasSubstr(R"(yaoshi_queue{service="registry"} 3)"));
  value = 5;
  EXPECT_THAT(metrics.Text(), HasSubstr(R"(yaoshi_queue{service="registry"} 5)"));
  handle.reset();
  EXPECT_THAT(metrics.Text(), Not(HasSubstr("yaoshi_queue{")));
  metrics.AddCounter("yaoshi_things_total", "Things.", {{"kind", "a"}})->Add(7);
  EXPECT_THAT(metrics.Text(), HasSubstr(R"(yaoshi_things_total{service="registry",kind="a"} 7)"));
}

TEST(MetricsServerTest, ServesMetricsAndHealth) {
  auto metrics = std::make_shared<Metrics>("registry");
  metrics->Rpc("/a.B/C")->Observe(0, 1);
  std::atomic<bool> healthy = false;
  std::unique_ptr<MetricsServer> server;
  ASSERT_TRUE(MetricsServer::Start(
                  "127.0.0.1:0", metrics, [&] { return healthy.load(); }, &server)
                  .ok());
  EXPECT_THAT(Get(server->port(), "/healthz"), HasSubstr("503 Service Unavailable"));
  healthy = true;
  EXPECT_THAT(Get(server->port(), "/healthz"), HasSubstr("200 OK"));
  EXPECT_THAT(Get(server->port(), "/metrics"), HasSubstr("yaoshi_rpc_total"));
  EXPECT_THAT(Get(server->port(), "/etc/passwd"), HasSubstr("404"));
  std::unique_ptr<MetricsServer> second;
  const std::string taken = "127.0.0.1:" + std::to_string(server->port());
  EXPECT_FALSE(MetricsServer::Start(
                   taken, metrics, [] { return true; }, &second)
                   .ok());
}

}  // namespace
}  // namespace yaoshi::obs
