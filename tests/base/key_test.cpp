#include "base/key.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <rapidcheck.h>

using namespace evonas;

TEST_CASE("a key of parts is that of the whole") {
  CHECK(KeyStream().key() == Key::of(""));
  CHECK(rc::check("any parts", [](const std::vector<std::string>& parts) {
    std::string whole;
    KeyStream stream;
    for (const std::string& part : parts) {
      whole += part;
      stream.add(part);
    }
    RC_ASSERT(stream.key() == Key::of(whole));
  }));
}
