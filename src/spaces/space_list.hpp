#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "spaces/darts.hpp"
#include "spaces/declared.hpp"
#include "spaces/hierarchical.hpp"
#include "spaces/mobilenetv3.hpp"
#include "spaces/nasbench101.hpp"
#include "spaces/nasbench201.hpp"
#include "spaces/search_space.hpp"

namespace evonas::spaces {

/// The options of one of the built-in spaces. A new space joins with its options struct here, and
/// a line and a maker in space_list.cpp.
using SpaceOptions = std::variant<HierarchicalOptions, DartsOptions, NasBench101Options,
                                  NasBench201Options, MobileNetV3Options, DeclaredOptions>;

/// The words that configurations use for the built-in spaces, in the order of their publication;
/// `declared` is last.
std::vector<std::string> space_names();

/// Those of them that need no file of their own, and so can be made from their names alone.
std::vector<std::string> ready_space_names();

/// The default options of the space of that name, to be read over by `std::visit` of their
/// `fields`. Throws SpaceError naming the nearest space where there is none of that name.
SpaceOptions space_options(std::string_view name);

/// The space that goes with `options`. Throws SpaceError where an option is out of range.
AnySpace make_space(const SpaceOptions& options);

/// The space of that name with its default options. Throws SpaceError as space_options() does.
AnySpace make_space(std::string_view name);

}  // namespace evonas::spaces
