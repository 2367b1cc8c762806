#include "yaml/fault.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace evonas::yaml {
namespace {

// A damaged file can be wrong in every line; nobody reads past this many.
constexpr std::size_t kMostLines = 50;

std::vector<Fault> by_line(std::vector<Fault> faults) {
  std::stable_sort(faults.begin(), faults.end(),
                   [](const Fault& a, const Fault& b) { return a.place.line < b.place.line; });
  return faults;
}

std::string text_of(const std::vector<Fault>& faults) {
  std::string text;
  for (std::size_t i = 0; i < faults.size() && i < kMostLines; ++i) {
    if (i > 0) text += '\n';
    text += faults[i].to_string();
  }
  if (faults.size() > kMostLines) text += fmt::format("\nand {} more", faults.size() - kMostLines);
  return text;
}

}  // namespace

std::string Place::to_string() const {
  const std::string name = origin ? origin->name : "YAML";
  return line > 0 ? fmt::format("{}:{}", name, line) : name;
}

std::string Fault::to_string() const {
  return path.empty() ? fmt::format("{}: {}", place.to_string(), message)
                      : fmt::format("{}: {}: {}", place.to_string(), path, message);
}

YamlError::YamlError(std::vector<Fault> faults)
    : std::runtime_error(text_of(by_line(faults))), faults_(by_line(std::move(faults))) {}

}  // namespace evonas::yaml
