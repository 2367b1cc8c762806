#include "spaces/space_list.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/nearest_name.hpp"
#include "base/quoted.hpp"

namespace evonas::spaces {
namespace {

// A plain list: registrars that run before main() are dropped by linkers of static libraries.
const std::array<std::pair<std::string_view, SpaceOptions>, 6> kSpaces{{
    {"hierarchical", HierarchicalOptions{}},
    {"darts", DartsOptions{}},
    {"nasbench101", NasBench101Options{}},
    {"nasbench201", NasBench201Options{}},
    {"mobilenetv3", MobileNetV3Options{}},
    {"declared", DeclaredOptions{}},
}};

AnySpace space_of(const HierarchicalOptions& options) { return AnySpace(Hierarchical(options)); }
AnySpace space_of(const DartsOptions& options) { return AnySpace(Darts(options)); }
AnySpace space_of(const NasBench101Options& options) { return AnySpace(NasBench101(options)); }
AnySpace space_of(const NasBench201Options& options) { return AnySpace(NasBench201(options)); }
AnySpace space_of(const MobileNetV3Options& options) { return AnySpace(MobileNetV3(options)); }
AnySpace space_of(const DeclaredOptions& options) { return AnySpace(Declared(options)); }

}  // namespace

std::vector<std::string> space_names() {
  std::vector<std::string> names;
  for (const auto& space : kSpaces) names.emplace_back(space.first);
  return names;
}

std::vector<std::string> ready_space_names() {
  std::vector<std::string> names;
  for (const auto& [name, options] : kSpaces) {
    if (!std::holds_alternative<DeclaredOptions>(options)) names.emplace_back(name);
  }
  return names;
}

SpaceOptions space_options(std::string_view name) {
  for (const auto& [known, options] : kSpaces) {
    if (known == name) return options;
  }
  const std::vector<std::string> names = space_names();
  const std::string guess = nearest_name(name, names);
  throw SpaceError(fmt::format("there is no search space {}{}; known: {}", evonas::quoted(name),
                               guess.empty() ? "" : fmt::format(" (did you mean {}?)", guess),
                               fmt::join(names, ", ")));
}

AnySpace make_space(const SpaceOptions& options) {
  return std::visit([](const auto& chosen) { return space_of(chosen); }, options);
}

AnySpace make_space(std::string_view name) { return make_space(space_options(name)); }

}  // namespace evonas::spaces
