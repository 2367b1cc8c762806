#include "cli/run/other_devices.hpp"

#include "base/json.hpp"
#include "cli/run/device_space.hpp"
#include "predictor/predictor_error.hpp"
#include "torch_doctest.hpp"

namespace evonas::cli {
namespace {

using spaces::Genotype;

/// Architecture number `gene` on a device.
Genotype placed(std::size_t device, Genotype::Gene gene) {
  return DeviceSpace::genotype_of(device, Genotype({gene}));
}

/// Three devices that have measured four architectures, the last one three of them.
predictor::BenchmarkData three_devices() {
  predictor::BenchmarkData data;
  const std::vector<std::vector<double>> values = {
      {1.0, 2.0, 3.0, 4.0}, {10.0, 30.0, 20.0, 20.0}, {5.0, 6.0, 7.0}};
  for (std::size_t device = 0; device < values.size(); ++device) {
    for (std::size_t i = 0; i < values[device].size(); ++i) {
      data.genotypes.push_back(placed(device, static_cast<Genotype::Gene>(i)));
      data.values.push_back(values[device][i]);
      data.groups.push_back(device);
    }
  }
  return data;
}

TEST_CASE("a device is told by the mean rank on the others, and never by itself or its like") {
  predictor::BenchmarkData data = three_devices();
  const OtherDevices others(data);
  const auto expected = [](const OtherDevices& predictor, const Genotype& genotype) {
    return predictor.predict({&genotype, 1}).front().mean;
  };
  // Ranks 0 and 0, then 1 and 1/2: halves are the middle of what both have there.
  CHECK(expected(others, placed(0, 0)) == doctest::Approx(7.5));
  CHECK(expected(others, placed(0, 1)) == doctest::Approx(0.5 * (22.5 + 6.5)));
  // Equal values have the mean of their ranks, and what was not measured does not count.
  CHECK(expected(others, placed(0, 3)) == doctest::Approx(0.5 * (20.0 + 6.0)));
  CHECK(expected(others, placed(0, 9)) == doctest::Approx(0.5 * (20.0 + 6.0)));
  data.values[0] = 100.0;  // on the device itself
  CHECK(expected(OtherDevices(data), placed(0, 0)) == doctest::Approx(7.5));
  data.alike = {{0, 1}, {0, 1}, {}};
  CHECK(expected(OtherDevices(data), placed(0, 1)) == doctest::Approx(6.0));
  CHECK_THROWS_AS(OtherDevices(data).restore(nlohmann::json::object()), predictor::PredictorError);
}

TEST_CASE("devices with a word in common are alike") {
  const std::vector<std::string> devices = {"gpu_a_1", "phone", "gpu_a_32", "gpu_b_1"};
  using Alike = std::vector<std::vector<std::size_t>>;
  CHECK((alike_devices(devices, {"gpu_a"}) == Alike{{0, 2}, {}, {0, 2}, {}}));
  CHECK((alike_devices(devices, {"gpu_a", "_1"}) == Alike{{0, 2, 3}, {}, {0, 2}, {0, 3}}));
  CHECK((alike_devices(devices, {}) == Alike{{}, {}, {}, {}}));
}

}  // namespace
}  // namespace evonas::cli
