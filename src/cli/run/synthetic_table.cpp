#include "cli/run/synthetic_table.hpp"

#include <array>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "base/random.hpp"
#include "base/scratch_folder.hpp"
#include "evaluation/table/import_table.hpp"

namespace evonas::cli {
namespace {

/// Labels that behave like measured ones: operations that cost more help more, with noise on top.
std::array<double, 2> labels(const spaces::Genotype& genotype, std::uint64_t index) {
  constexpr std::array<double, 5> kHelp = {0.0, 4.0, 9.0, 13.0, 5.0};
  constexpr std::array<double, 5> kCost = {0.0, 0.1, 1.0, 2.6, 0.8};
  Rng rng(1, "synthetic label", index);
  double error = 90.0;
  double latency = 1.0 + 0.1 * rng.uniform();
  for (const auto gene : genotype.genes()) {
    error -= kHelp.at(static_cast<std::size_t>(gene));
    latency += kCost.at(static_cast<std::size_t>(gene));
  }
  return {error + 2.0 * rng.uniform(), latency};
}

}  // namespace

std::shared_ptr<const evaluation::BenchmarkTable> make_synthetic_table(
    const spaces::AnySpace& nasbench201) {
  const ScratchFolder folder;
  const auto csv = folder.path() / "labels.csv";
  const auto file = folder.path() / "table.sqlite";
  {
    std::ofstream stream(csv);
    stream << "architecture,error,latency\n";
    for (std::uint64_t i = 0; i < nasbench201.size().value(); ++i) {
      const spaces::Genotype genotype = nasbench201.at(i);
      const auto [error, latency] = labels(genotype, i);
      stream << fmt::format("{},{},{}\n", nasbench201.format(genotype), error, latency);
    }
  }
  const std::vector<evaluation::ImportedMetric> metrics = {
      evaluation::ImportedMetric::parse("error=error:%:minimize"),
      evaluation::ImportedMetric::parse("latency=latency:ms:minimize")};
  evaluation::import_table(nasbench201, csv, "architecture", metrics, file);
  return std::make_shared<const evaluation::BenchmarkTable>(
      evaluation::BenchmarkTable::open(file, nasbench201));
}

}  // namespace evonas::cli
