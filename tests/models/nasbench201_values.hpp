#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "contract/reference_data.hpp"
#include "evaluation/table/csv.hpp"
#include "spaces/search_space.hpp"

namespace evonas::tests {

/// A cell of NAS-Bench-201 and its published accuracies on CIFAR-10 after 200 epochs, in percent.
struct Nasbench201Value {
  spaces::Genotype genotype;
  double validation = 0.0;
  double test = 0.0;
};

/// All 15,625 of them; nothing, with a message, where the data is absent.
inline std::optional<std::vector<Nasbench201Value>> nasbench201_values(
    const spaces::AnySpace& space) {
  const auto file = reference_data("nasbench201/nasbench201.csv.gz");
  if (!file) return std::nullopt;
  std::vector<Nasbench201Value> values;
  std::vector<std::string> names;
  const auto field = [&](std::span<const std::string> fields, const std::string& name) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i] == name) return fields[i];
    }
    return std::string();
  };
  evaluation::read_csv(
      *file,
      [&](std::span<const std::string> columns) { names.assign(columns.begin(), columns.end()); },
      [&](std::span<const std::string> fields, std::size_t /*line*/) {
        values.push_back({.genotype = space.parse(field(fields, "arch")),
                          .validation = std::stod(field(fields, "cifar10_val_200")),
                          .test = std::stod(field(fields, "cifar10_test_200"))});
      });
  return values;
}

}  // namespace evonas::tests
