#include "spaces/plugin.hpp"

#include <string>

#include <doctest/doctest.h>

#include "base/key.hpp"
#include "temporary_folder.hpp"

using namespace evonas;

namespace {

/// A header without comments and blanks.
std::string declarations_of(const std::string& header) {
  const std::string text = tests::read_text(EVONAS_SOURCE_DIR "/src/" + header);
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "//") == 0) i = text.find('\n', i);
    if (text[i] != ' ' && text[i] != '\n') result += text[i];
  }
  return result;
}

}  // namespace

TEST_CASE("the version of plug-ins is that of the headers that they include") {
  KeyStream declarations;
  for (const char* header : {"spaces/plugin.hpp", "spaces/search_space.hpp", "spaces/genotype.hpp",
                             "spaces/network_input.hpp", "graph/graph.hpp", "graph/tokens.hpp",
                             "base/key.hpp", "base/random.hpp"}) {
    CAPTURE(header);
    const std::string text = declarations_of(header);
    CHECK_FALSE(text.empty());
    declarations.add(text);
  }
  // Where this fails, plug-ins must be built again: count kPluginVersion up, and write what the
  // headers have now.
  CHECK(declarations.key().hex() == "63d62f22ae14e4b0c3f3b20cd4c6b8a5");
}
