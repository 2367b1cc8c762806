#pragma once

#include <string>
#include <string_view>

namespace evonas::report {

/// Files that are part of the library; see assets.S.
struct Assets {
  std::string_view page;  ///< HTML with {{names}} of what is put in
  std::string_view plotly;
  std::string style;    ///< of the page, later rules over earlier ones
  std::string scripts;  ///< of the page, in the order they build on each other
};

Assets assets();

}  // namespace evonas::report
