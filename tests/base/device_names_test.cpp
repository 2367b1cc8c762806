#include "base/device_names.hpp"

#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "message_of.hpp"

namespace evonas {
namespace {

TEST_CASE("devices are the processor and GPUs by their numbers") {
  CHECK(device_called("cpu", 0) == DeviceName{});
  CHECK(device_called("cuda", 1) == DeviceName{.is_cuda = true, .index = 0});
  CHECK(device_called("cuda:3", 4) == DeviceName{.is_cuda = true, .index = 3});
  CHECK(devices_called("cpu", 0).size() == 1);
  CHECK(devices_called("cpu,cpu", 0).size() == 2);
  const auto two = devices_called("cuda:1,cuda", 2);
  REQUIRE(two.size() == 2);
  CHECK(two[0].index == 1);
  CHECK(two[1].index == 0);
}

TEST_CASE("what names no device, or one that is not there, is refused in one sentence") {
  const auto one = [](const std::string& text) {
    return tests::message_of<std::invalid_argument>([&] { device_called(text, 2); });
  };
  const auto several = [](const std::string& text) {
    return tests::message_of<std::invalid_argument>([&] { devices_called(text, 2); });
  };
  for (const std::string text : {"tpu", "", "cuda:", "cuda:-1", "cuda:1x", "cuda: 1", "cudas",
                                 "cuda:99999999999", "CPU", "cpu:0"}) {
    CAPTURE(text);
    CHECK(one(text) == "device " + text + ": expected cpu, cuda or cuda:N");
  }
  CHECK(one("cuda:0,cuda:1") == "device cuda:0,cuda:1: expected one device: cpu, cuda or cuda:N");
  CHECK(one("cuda:2") ==
        "device cuda:2: this LibTorch finds 2 CUDA devices; use cpu, or a LibTorch built for CUDA "
        "(see CMAKE_PREFIX_PATH in the README)");
  CHECK(several("cpu,tpu") == "device tpu: expected cpu, cuda or cuda:N");
  CHECK(several("cuda:0,") == "device : expected cpu, cuda or cuda:N");
  CHECK(several("cuda:0,cuda:7").starts_with("device cuda:7: this LibTorch finds 2"));
  CHECK(several("cuda,cuda:0") == "devices cuda,cuda:0: cuda:0 is there twice, expected each once");
  CHECK(several("cuda:0,cpu").ends_with("expected either"));
}

}  // namespace
}  // namespace evonas
