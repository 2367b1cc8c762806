#include "cli/run/device_numbers.hpp"

#include <cmath>
#include <string>
#include <variant>

#include "cli/run/device_space.hpp"
#include "contains.hpp"
#include "evaluation/evaluator.hpp"
#include "message_of.hpp"
#include "predictor/models/operation_texts.hpp"
#include "spaces/space_list.hpp"
#include "temporary_folder.hpp"
#include "torch_doctest.hpp"

namespace evonas::cli {
namespace {

const std::vector<std::string> kDevices = {"phone", "desk", "board"};

/// The numbers that a file with these lines gives the devices.
std::vector<graph::Attributes> numbers_in(const std::string& lines) {
  const tests::TemporaryFolder folder;
  return read_device_numbers(folder.write("hardware.csv", lines), kDevices);
}

std::string fault_in(const std::string& lines) {
  return tests::message_of<evaluation::EvaluationError>([&] { numbers_in(lines); });
}

double number_of(const graph::Attributes& attributes, const std::string& name) {
  return std::get<double>(attributes.at("hardware." + name));
}

TEST_CASE("numbers of devices are deviations of logarithms, and absent where nobody knows") {
  const auto numbers = numbers_in(
      "cores,device,clock_ghz,volts\n"
      "8,phone,1,5\n"
      "32,desk,4,5\n"
      "64,other,9,9\n"
      ",board,2,5\n");
  REQUIRE(numbers.size() == 3);
  CHECK(number_of(numbers[0], "cores") == doctest::Approx(-1.0));
  CHECK(number_of(numbers[1], "cores") == doctest::Approx(1.0));
  CHECK_FALSE(numbers[2].contains("hardware.cores"));
  CHECK(number_of(numbers[0], "clock_ghz") == doctest::Approx(-std::sqrt(1.5)));
  CHECK(number_of(numbers[1], "clock_ghz") == doctest::Approx(std::sqrt(1.5)));
  CHECK(number_of(numbers[2], "clock_ghz") == doctest::Approx(0.0));
  CHECK_FALSE(numbers[0].contains("hardware.volts"));
  CHECK(numbers_in("device,cores\n")[0].empty());
}

TEST_CASE("files that tell no numbers of devices are refused") {
  CHECK(tests::contains(fault_in("name,cores\nphone,8\n"), "hardware.csv has no column device"));
  for (const char* wrong : {"many", "0", "-2", "8x", "nan", "inf"}) {
    CAPTURE(wrong);
    CHECK(tests::contains(fault_in("device,cores\n\nphone," + std::string(wrong) + "\n"),
                          "hardware.csv, line 3: "));
  }
  CHECK(tests::contains(fault_in("device,cores\nphone,8\nphone,4\n"), "is there twice"));
}

TEST_CASE("a predictor of devices reads their numbers beside what is said of them") {
  const spaces::AnySpace space = spaces::make_space("nasbench201");
  const spaces::AnySpace plain(DeviceSpace(space, kDevices));
  const spaces::AnySpace numbered(
      DeviceSpace(space, kDevices, numbers_in("device,cores\nphone,8\ndesk,32\n")));
  const auto texts_of = [](const spaces::AnySpace& on_devices) {
    return predictor::operation_texts(predictor::GraphFeatures(on_devices),
                                      *predictor::carried_descriptions());
  };
  const torch::Tensor without = texts_of(plain);
  const torch::Tensor texts = texts_of(numbered);
  CHECK(texts.size(0) == without.size(0));
  REQUIRE(texts.size(1) == without.size(1) + 1);
  const torch::Tensor cores = texts.select(1, texts.size(1) - 1);
  CHECK(cores.max().item<float>() == doctest::Approx(0.1));
  CHECK(cores.min().item<float>() == doctest::Approx(-0.1));
  CHECK(torch::count_nonzero(cores).item<std::int64_t>() == 2);
  // Architectures are the same on both.
  Rng rng(1, "device");
  const spaces::Genotype genotype = numbered.sample(rng);
  CHECK((numbered.key(genotype) == plain.key(genotype)));
}

}  // namespace
}  // namespace evonas::cli
